import { readdirSync, readFileSync } from "node:fs";
import type pg from "pg";

/** A tick of /proc, which Linux counts a hundred of a second. */
const TICKS = 100;

/**
 * CPU seconds that a server has used so far: its main process, those it has ended, and those that live.
 * Whatever works in the background is counted too, because whoever makes work for it pays for it.
 */
export async function serverCpu(client: pg.Client): Promise<number> {
  const folder = String((await client.query("SHOW data_directory")).rows[0]?.data_directory);
  const postmaster = Number(readFileSync(`${folder}/postmaster.pid`, "utf8").split("\n")[0]);
  let ticks = 0;
  for (const entry of readdirSync("/proc")) {
    const stat = /^\d+$/.test(entry) ? readStat(entry) : undefined;
    if (stat === undefined) continue;
    if (Number(entry) === postmaster) ticks += stat.own + stat.ended;
    else if (stat.parent === postmaster) ticks += stat.own;
  }
  return ticks / TICKS;
}

function readStat(pid: string): { parent: number; own: number; ended: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything.
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return { parent, own: user + system, ended: endedUser + endedSystem };
  } catch {
    return undefined;
  }
}

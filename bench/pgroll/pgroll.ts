import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goInstallation, goProgram } from "../runner/installed-peers.ts";

/** What pgroll takes as one operation of a migration, in its own words. */
export type Operation = Readonly<Record<string, unknown>>;

/** Where clients find the tables as they were, and as the operation makes them: schemas of views that pgroll keeps. */
export const OLD_VERSION = "public_1_old";
export const NEW_VERSION = "public_2_new";

export const pgrollInstallation = () => goInstallation("pgroll");

/** Brings a database with tables under pgroll, with a version that clients can use until the next one is complete. */
export async function adopt(url: string): Promise<void> {
  await pgroll(url, ["init"]);
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-bench-pgroll-"));
  try {
    await pgroll(url, ["baseline", "0_found", folder, "--yes"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await start(url, "1_old", { sql: { up: "SELECT 1" } });
  await complete(url);
}

/**
 * Expands: the new version is there, with every row filled, once this has ended.
 *
 * @param limitMs it is ended behind that, as it stands
 * @returns rows that it told of when it had to be ended
 */
export async function expand(url: string, operation: Operation, limitMs?: number): Promise<number | undefined> {
  return await start(url, "2_new", operation, limitMs);
}

/** Takes the old version away. */
export async function complete(url: string): Promise<void> {
  await pgroll(url, ["complete"]);
}

async function start(url: string, name: string, operation: Operation, limitMs?: number): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-bench-pgroll-"));
  try {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({ operations: [operation] }));
    const { isCut, said } = await pgroll(url, ["start", file], limitMs);
    return isCut ? Number(said.match(/\d+(?= records complete)/g)?.at(-1) ?? 0) : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ended {
  readonly isCut: boolean;
  readonly said: string;
}

async function pgroll(url: string, args: readonly string[], limitMs?: number): Promise<Ended> {
  const child = spawn(goProgram("pgroll"), [...args, "--postgres-url", `${url}?sslmode=disable`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2_000);
    });
  }
  let isCut = false;
  const timer =
    limitMs === undefined
      ? undefined
      : setTimeout(() => {
          isCut = true;
          child.kill();
        }, limitMs);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  clearTimeout(timer);
  // Some of its refusals end with 0.
  if (!isCut && (code !== 0 || /Run `pgroll/.test(said))) throw new Error(`pgroll ${args[0]}: ${said}`);
  return { isCut, said };
}

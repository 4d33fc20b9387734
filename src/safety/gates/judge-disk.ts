import { commandOutput } from "../../desired/command-output.ts";
import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { diskNeed } from "./disk-need.ts";
import type { GateRule, GateVerdict } from "./gate.ts";
import type { GateSight } from "./gate-sight.ts";

type Rule = Extract<GateRule, { readonly gate: "disk-free" }>;

/** ms that a query or a command of the user's may take. */
const PATIENCE_MS = 30_000;

/**
 * What is free on the server's volume, which PostgreSQL tells nobody, by the user's own way of asking, beside what the
 * plans need at their highest.
 */
export async function judgeDisk({ source, reserve }: Rule, sight: GateSight): Promise<GateVerdict> {
  const free = "query" in source ? await freeByQuery(source.query, sight) : await freeByCommand(source.command, sight);
  if (typeof free === "string") return { state: "unknown", reason: `The free space cannot be known: ${free}` };
  const need = diskNeed(sight.flight.plans);
  if (need === undefined) {
    return { state: "unknown", reason: `${bytesInWords(free)} are free; how much is needed, nobody can tell.` };
  }
  const wanted = reserve === 0 ? bytesInWords(need) : `${bytesInWords(need)} and ${bytesInWords(reserve)} in reserve`;
  return free >= need + reserve
    ? { state: "holds", reason: `${bytesInWords(free)} are free; ${wanted} are needed.` }
    : { state: "does not hold", reason: `Only ${bytesInWords(free)} are free; ${wanted} are needed.` };
}

/** @returns bytes, or why there are none, as a sentence */
async function freeByQuery(query: string, { session }: GateSight): Promise<number | string> {
  try {
    await session.batch([{ sql: "BEGIN READ ONLY" }, { sql: `SET LOCAL statement_timeout = ${PATIENCE_MS}` }]);
    const [row] = await session.query(query);
    const value = Object.values(row ?? {})[0];
    return bytesOf(value) ?? `the query gives ${JSON.stringify(value ?? null)}, which is no number of bytes.`;
  } catch (error) {
    if (session.lost) throw error;
    return `the query fails: ${error instanceof Error ? error.message : String(error)}.`;
  } finally {
    await session.rollback();
  }
}

/** The last word counts: `df` prints a heading before it. */
async function freeByCommand(command: string, { cwd, signal }: GateSight): Promise<number | string> {
  try {
    const output = await commandOutput(command, { cwd, timeoutMs: PATIENCE_MS, signal });
    const word = output.trim().split(/\s+/).at(-1);
    return bytesOf(word) ?? `the command's last word is "${word}", which is no number of bytes.`;
  } catch (error) {
    if (signal.aborted) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

function bytesOf(value: unknown): number | undefined {
  const bytes = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof bytes === "number" && Number.isFinite(bytes) && bytes >= 0 ? bytes : undefined;
}

import { commandOutput } from "../../desired/command-output.ts";
import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { askReadOnly } from "../../postgres/ask-read-only.ts";
import { calibrationOf } from "../estimate/calibration.ts";
import { estimatePlans, totalOf } from "../estimate/estimate.ts";
import { readMeasured } from "../estimate/read-measured.ts";
import { readProfile } from "../estimate/read-profile.ts";
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
  const { need, unknown } = await neededBytes(sight);
  if (unknown.length > 0) {
    const missing = `At least ${bytesInWords(need)} are needed; nobody can tell ${unknown.join(", ")}.`;
    return { state: "unknown", reason: `${bytesInWords(free)} are free. ${missing}` };
  }
  const wanted = reserve === 0 ? bytesInWords(need) : `${bytesInWords(need)} and ${bytesInWords(reserve)} in reserve`;
  return free >= need + reserve
    ? { state: "holds", reason: `${bytesInWords(free)} are free; ${wanted} are needed.` }
    : { state: "does not hold", reason: `Only ${bytesInWords(free)} are free; ${wanted} are needed.` };
}

/** By how much the database is larger at most while the plans run, and what that leaves out. */
async function neededBytes({ flight, session, policy, catalog }: GateSight) {
  const calibration = calibrationOf(await readMeasured(session));
  const estimates = await estimatePlans(
    flight.plans.map((plan) => ({ plan })),
    {
      catalog: await catalog(),
      server: await readProfile(session, flight.plans),
      policy,
      ...(calibration === undefined ? {} : { calibration }),
    },
  );
  return {
    need: totalOf(estimates.map(({ total }) => total)).diskPeakBytes,
    unknown: [...new Set(estimates.flatMap(({ steps }) => steps.flatMap(({ unknown }) => unknown)))],
  };
}

/** @returns bytes, or why there are none, as a sentence */
async function freeByQuery(query: string, { session }: GateSight): Promise<number | string> {
  try {
    const [row] = await askReadOnly(session, { sql: query, timeoutMs: PATIENCE_MS });
    const value = Object.values(row ?? {})[0];
    return bytesOf(value) ?? `the query gives ${JSON.stringify(value ?? null)}, which is no number of bytes.`;
  } catch (error) {
    if (session.lost) throw error;
    return `the query fails: ${error instanceof Error ? error.message : String(error)}.`;
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

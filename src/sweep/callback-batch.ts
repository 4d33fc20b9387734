import { databaseError } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { isRowFailure } from "./explain-failure.ts";
import {
  type BatchDone,
  type BatchJob,
  type BatchLimits,
  beginBatch,
  callBatch,
  type NothingFree,
} from "./send-batch.ts";
import type { SweepBatch, SweepHost, SweepRow } from "./sweep-host.ts";

/** The function failed for a batch of several rows; which of them it was is found by smaller ones. */
export class BatchFailure extends Error {}

/** How long rows are kept locked for the answer of a function. */
const PATIENCE_MS = 2_000;
/** Nobody else's row waits for a single one. */
const PATIENCE_ALONE_MS = 30_000;
/** `external_routine_exception`. */
const FUNCTION_FAILED = "38000";

/** The rows of a batch, locked. */
interface ReadRows {
  readonly range: number;
  readonly from: readonly string[] | null;
  readonly to: readonly string[];
  readonly ended: boolean;
  readonly values: readonly SweepRow[];
  /** Their keys as texts. */
  readonly keys: readonly (readonly string[])[];
  readonly entries: readonly number[];
}

/**
 * A batch whose rows a function gives their values: one transaction, in which they are locked, handed over and written.
 * No client can change them in between. A single row for which the function or the server fails is set aside.
 *
 * @throws BatchFailure where the function fails for one of several rows; errors of the server
 */
export async function sendCallbackBatch(
  session: Session,
  host: SweepHost & { readonly batch: SweepBatch },
  part: number,
  job: BatchJob & { readonly read: string },
  limits: BatchLimits,
): Promise<BatchDone | NothingFree> {
  // Should we fall silent, the rows are not locked for longer than we would have waited.
  const host_ = {
    ...host,
    settings: { ...host.settings, idle_in_transaction_session_timeout: String(2 * PATIENCE_ALONE_MS) },
  };
  const call = async (more: object): Promise<string> => {
    const { rows } = await session.batch([callBatch(host, part, { ...job, ...more })]);
    return rows.at(-1)?.[0]?.[0] ?? "null";
  };
  try {
    await session.batch(beginBatch(host_, job, limits, false));
    const read = JSON.parse(await call({})) as ReadRows | NothingFree;
    if (read.range === undefined) {
      await session.batch([{ sql: "COMMIT" }]);
      return read;
    }
    const { values, keys, ...place } = read;
    const write = async (given: readonly SweepRow[], failed: readonly object[]): Promise<string> =>
      await call({ given: { ...place, keys, values: given, failed } });
    let done: string;
    try {
      const given = values.length === 0 ? [] : await answerOf(host, job, values);
      await session.batch([{ sql: "SAVEPOINT lockkeeper_batch" }]);
      done = await write(given, []);
    } catch (error) {
      const [key, another] = keys;
      const failure = failureOf(error);
      if (failure === undefined || key === undefined || another !== undefined) throw error;
      if (isRowFailure(error)) await session.batch([{ sql: "ROLLBACK TO SAVEPOINT lockkeeper_batch" }]);
      const [row = {}] = values;
      const named = Object.fromEntries(Object.entries(row).filter(([name]) => job.names?.includes(name)));
      done = await write([], [{ key: named, low: read.from, high: key, ...failure }]);
    }
    await session.batch([{ sql: "COMMIT" }]);
    return JSON.parse(done) as BatchDone;
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

function failureOf(error: unknown): object | undefined {
  if (error instanceof BatchFailure) return { sqlstate: FUNCTION_FAILED, message: error.message };
  if (!isRowFailure(error)) return undefined;
  const { code, message, detail, constraint, column } = databaseError(error) ?? {};
  return { sqlstate: code, message, detail, constraint, column };
}

async function answerOf(
  host: SweepHost & { readonly batch: SweepBatch },
  job: BatchJob,
  rows: readonly SweepRow[],
): Promise<readonly SweepRow[]> {
  const patience = AbortSignal.timeout(rows.length === 1 ? PATIENCE_ALONE_MS : PATIENCE_MS);
  const signal = AbortSignal.any([patience, host.now]);
  let answer: readonly SweepRow[];
  try {
    answer = plain(await Promise.race([host.batch(rows, signal), aborted(signal)]));
  } catch (error) {
    host.stopIfRequested();
    const isLate = patience.aborted && error === patience.reason;
    throw new BatchFailure(isLate ? "the function has not answered in time" : messageOf(error), { cause: error });
  }
  const names = job.names ?? [];
  const keyOf = (row: SweepRow): string => JSON.stringify(names.map((name) => row[name]));
  const known = new Set(rows.map(keyOf));
  for (const row of answer) {
    // Each once: of two answers for a row nobody could say which one counts.
    if (!known.delete(keyOf(row))) {
      throw new BatchFailure(`the function gave back a row that it did not get, or one twice: ${keyOf(row)}`);
    }
  }
  return answer;
}

/** As it is sent. @throws Error where it is no list of rows, or has values that JSON does not have */
function plain(answer: readonly SweepRow[]): readonly SweepRow[] {
  const text = JSON.stringify(answer, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  const rows: unknown = JSON.parse(text ?? "null");
  if (!Array.isArray(rows) || rows.some((row) => typeof row !== "object" || row === null)) {
    throw new Error("the function did not give back a list of rows");
  }
  return rows as readonly SweepRow[];
}

const aborted = async (signal: AbortSignal): Promise<never> =>
  await new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

import type { Session } from "../postgres/session.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { quoteLiteral } from "../sql/quote.ts";
import type { SweepHost } from "./sweep-host.ts";

/** What `lockkeeper.sweep_batch` is to do; see there. */
export interface BatchJob {
  readonly relation: string;
  readonly oid: number;
  readonly storage?: number;
  readonly size: number;
  readonly bound: string;
  readonly strides: number;
  readonly work?: string;
  readonly count?: string;
  readonly one?: string;
  readonly key?: string;
  readonly prefer?: number;
  readonly avoid: readonly number[];
  readonly silent?: boolean;
  readonly moved?: number;
  readonly moved_work?: string;
  readonly chase?: boolean;
  /** The columns of the key. */
  readonly names?: readonly string[];
  /** Rows are locked and read, and written when a function has answered. */
  readonly read?: string;
}

/** A batch that was committed. */
export interface BatchDone {
  readonly range: number;
  readonly stride: number;
  readonly strides: number;
  /** The pass over the range is over; `done`: all of them are. */
  readonly ended: boolean;
  readonly done: boolean;
  readonly from: readonly string[] | null;
  readonly to: readonly string[];
  /** Rows counted, where the batch counted. */
  readonly seen: number | null;
  readonly rows: number;
  /** Rows that failed. */
  readonly failed: number;
  /** How many rows of the sweep stand aside by now, where some failed. */
  readonly setAside: number | null;
  /** Of the rows, those whose new version touched no index. */
  readonly hot: number;
  /** Where the server's log ends, in bytes. */
  readonly wal: number;
  /** On the server. */
  readonly ms: number;
}

/** No range is free; `open`: how many are not done, which others are at. */
export interface NothingFree {
  readonly range?: undefined;
  readonly open: number;
}

/** After these times, ms, a batch is rolled back: at work, and waiting for a lock. */
export interface BatchLimits {
  readonly limitMs: number;
  readonly lockMs: number;
  /** The server counts what the batch does as soon as it is done, and not within a second. */
  readonly tellsAtOnce: boolean;
}

/** One batch: one transaction, one message. */
export async function sendBatch(
  session: Session,
  host: SweepHost,
  part: number,
  job: BatchJob,
  limits: BatchLimits,
  isMarked: boolean,
): Promise<BatchDone | NothingFree> {
  const begin = beginBatch(host, job, limits, isMarked);
  try {
    const { rows } = await session.batch([...begin, callBatch(host, part, job), { sql: "COMMIT" }]);
    return JSON.parse(rows.at(-2)?.[0]?.[0] ?? "null") as BatchDone | NothingFree;
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

/** Begins its transaction. */
export function beginBatch(
  host: SweepHost,
  job: BatchJob,
  { limitMs, lockMs, tellsAtOnce }: BatchLimits,
  isMarked: boolean,
): readonly { readonly sql: string }[] {
  // Others may wait for the batch, and its commit is where its cursor is: both are on disk before the next one begins.
  const { synchronous_commit: _, ...settings } = host.settings;
  // The planner takes a composite key's stretch for a large share of the table, and would read all of it for each batch.
  const byKey = job.storage === undefined ? { enable_seqscan: "off" } : {};
  const all = {
    ...settings,
    ...byKey,
    // Triggers that keep columns in step leave to the sweep what it does in their place.
    ...(isMarked ? { "lockkeeper.sweep": "on" } : {}),
    ...(job.moved === undefined ? {} : { "lockkeeper.once": String(job.moved) }),
    lock_timeout: String(Math.ceil(lockMs)),
    statement_timeout: String(Math.ceil(limitMs)),
  };
  return [
    { sql: BEGIN },
    { sql: `SELECT lockkeeper.begin_batch(${host.token}, ${quoteLiteral(JSON.stringify(all))}::json)` },
    ...host.authored.map((sql) => ({ sql })),
    ...(tellsAtOnce ? [{ sql: "SELECT pg_catalog.pg_stat_force_next_flush()" }] : []),
  ];
}

export function callBatch(
  { token, run, step }: SweepHost,
  part: number,
  job: object,
): { readonly sql: string; readonly wantRows: true } {
  const arguments_ = [token, run, step, part, `${quoteLiteral(JSON.stringify(job))}::jsonb`];
  return { sql: `SELECT lockkeeper.sweep_batch(${arguments_.join(", ")})`, wantRows: true };
}

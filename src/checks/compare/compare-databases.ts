import type { SchemaPatterns } from "../../catalog/read/schema-patterns.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { describeDatabase } from "../../postgres/database-url.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import type { CheckReport, CheckResult } from "../run-checks.ts";
import { readEstimatedRows } from "./estimated-rows.ts";
import { type Comparison, locateRows } from "./locate-rows.ts";
import { pairTables, type Wanted } from "./pair-tables.ts";
import { openReader, type Reader } from "./reader.ts";
import { rewrittenSince } from "./rewritten-since.ts";
import { type HashMethod, hashSample } from "./row-hash.ts";
import { onBoth, type Sides } from "./sides.ts";
import { tableFindings } from "./table-findings.ts";
import type { TablePair } from "./table-pair.ts";

export interface CompareOptions extends Wanted {
  /** URLs. */
  readonly databases: Sides<string>;
  readonly schemas?: SchemaPatterns;
  /** Tables that are compared at a time; each takes a session of each side. */
  readonly jobs: number;
  /** ms; how long a lock that somebody holds is waited for. */
  readonly lockTimeoutMs: number;
  /** ms; how long one question may take. */
  readonly timeoutMs: number;
  /** Most rows that are looked for in a table; of more it is told that they are more. */
  readonly mostRows: number;
  /** Most rows that a finding shows. */
  readonly sampleRows: number;
  /** Ends the work at once. */
  readonly signal?: AbortSignal;
  readonly onResult?: (result: ComparedResult) => void;
}

export interface ComparedResult extends CheckResult {
  /** How many rows were compared; absent where none were. */
  readonly rows?: Sides<number>;
}

export interface ComparisonReport extends CheckReport {
  readonly results: readonly ComparedResult[];
  /** What it was compared with. */
  readonly against: { readonly database: string; readonly serverVersion: number };
  readonly method: HashMethod;
}

/**
 * Compares the rows of two databases, or of two tables: each side as it was at one moment, both at the same moment where
 * they are one database. It only reads, and takes no lock that keeps anybody from writing.
 *
 * @throws LockkeeperError `usage` for names of what is not there; `database_unavailable` with the database whose connection
 *   was lost; `interrupted`
 */
export async function compareDatabases(options: CompareOptions): Promise<ComparisonReport> {
  const { databases, jobs: sessions, lockTimeoutMs, timeoutMs, signal } = options;
  const limits = { sessions, lockTimeoutMs, timeoutMs };
  await using left = await openReader(databases.left, limits);
  await using right = await openReader(databases.right, { ...limits, snapshot: left.snapshot });
  const readers = { left, right };
  const stop = (): void => {
    for (const session of [...left.sessions, ...right.sessions]) session.destroy();
  };
  signal?.addEventListener("abort", stop);
  try {
    if (signal?.aborted === true) throw interrupted();
    return await compareReaders(readers, options);
  } catch (error) {
    if (signal?.aborted === true) throw interrupted(error);
    throw failureKind(error) === "connection" ? lostConnection(error, readers) : error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

const interrupted = (cause?: unknown): LockkeeperError =>
  new LockkeeperError("interrupted", {
    message: "Interrupted while the databases were compared.",
    notDone: "What was compared until then is not told.",
    action: "Compare again; nothing was changed.",
    cause,
  });

function lostConnection(cause: unknown, readers: Sides<Reader>): LockkeeperError {
  const lost = [readers.left, readers.right].filter(({ sessions }) => sessions.some((session) => session.lost));
  return new LockkeeperError("database_unavailable", {
    message: `The connection to ${lost.map(({ url }) => describeDatabase(url)).join(" and ")} was lost: ${cause instanceof Error ? cause.message : String(cause)}.`,
    notDone: "The comparison was not finished; what was compared until then is not told.",
    action: "Compare again; nothing was changed.",
    cause,
  });
}

async function compareReaders(readers: Sides<Reader>, options: CompareOptions): Promise<ComparisonReport> {
  const { schemas, jobs, lockTimeoutMs, onResult } = options;
  const at = (nth: number): Sides<Session> => ({
    left: sessionOf(readers.left, nth),
    right: sessionOf(readers.right, nth),
  });
  const first = at(0);
  const catalogs = await onBoth((side) =>
    readCatalog(first[side].query, {
      snapshot: "open transaction",
      lockTimeoutMs,
      ...(schemas === undefined ? {} : { schemas }),
    }),
  );
  const method = await methodOf(first);
  const estimated = await onBoth((side) => readEstimatedRows(first[side], catalogs[side]));
  const { pairs, alone } = pairTables(catalogs, estimated, options);
  const results: ComparedResult[] = [];
  const told = (result: ComparedResult): void => {
    results.push(result);
    onResult?.(result);
  };
  for (const side of ["left", "right"] as const) for (const table of alone[side]) told(aloneResult(table, side));
  // What takes longest begins first.
  const waiting = pairs.toSorted((one, other) => sizeOf(other) - sizeOf(one));
  const work = async (_: unknown, nth: number): Promise<void> => {
    for (let pair = waiting.shift(); pair !== undefined; pair = waiting.shift()) {
      told(await comparePair(pair, { sessions: at(nth), method }, options));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const { server } = catalogs.left.facts;
  const { server: other } = catalogs.right.facts;
  return {
    database: server.database,
    serverVersion: server.version,
    checkedAt: new Date().toISOString(),
    against: { database: other.database, serverVersion: other.version },
    method,
    results: results.toSorted((one, two) => (one.check < two.check ? -1 : 1)),
  };
}

/** `record` where both servers hash alike. */
async function methodOf(sessions: Sides<Session>): Promise<HashMethod> {
  const { left, right } = await onBoth(async (side) => {
    const [row] = await sessions[side].query<{ sign: string }>(
      `SELECT concat_ws(' ', getdatabaseencoding(), ${hashSample()}) AS sign`,
    );
    return row?.sign;
  });
  return left === right ? "record" : "text";
}

function sessionOf({ sessions }: Reader, nth: number): Session {
  const session = sessions[nth];
  if (session === undefined) throw new RangeError(`there is no session ${nth}`);
  return session;
}

const sizeOf = ({ left, right }: TablePair): number => Math.max(left.rows, right.rows);

const TITLE = "Both databases have the same rows";
const COMMON = { title: TITLE, area: "data", severity: "error" } as const;

function aloneResult(table: string, side: "left" | "right"): ComparedResult {
  const where = side === "left" ? "only here" : "only in the other database";
  const finding = { object: table, message: `The table ${table} is ${where}.`, severity: "error" } as const;
  return { check: table, ...COMMON, state: "failed", findings: [finding], reason: null, durationMs: 0 };
}

async function comparePair(pair: TablePair, comparison: Comparison, options: CompareOptions): Promise<ComparedResult> {
  const begun = performance.now();
  const ended = (rest: Pick<ComparedResult, "state" | "findings" | "reason" | "rows">): ComparedResult => ({
    check: pair.left.name,
    ...COMMON,
    ...rest,
    durationMs: Math.round(performance.now() - begun),
  });
  const notes = pair.notes.map((note) => ({ severity: COMMON.severity, ...note }));
  const { sessions } = comparison;
  await onBoth((side) => sessions[side].query("SAVEPOINT lockkeeper_table"));
  try {
    const located = await locateRows(pair, comparison, options.mostRows);
    const found = await tableFindings(pair, located, comparison, options.sampleRows);
    const rewritten = await onBoth((side) => rewrittenSince(sessions[side], pair[side].table));
    if (rewritten.left || rewritten.right) {
      return ended({
        state: "unchecked",
        findings: notes,
        reason: `${rewritten.left ? pair.left.name : pair.right.name} was rewritten, emptied or made anew since the comparison began.`,
      });
    }
    const findings = [...found.map((finding) => ({ severity: COMMON.severity, ...finding })), ...notes];
    return ended({ state: findings.length === 0 ? "passed" : "failed", findings, reason: null, rows: located.rows });
  } catch (error) {
    const isOurs = error instanceof LockkeeperError;
    if (failureKind(error) === "connection" || (databaseError(error) === undefined && !isOurs)) throw error;
    return ended({
      state: "unchecked",
      findings: notes,
      reason: error instanceof Error ? error.message : String(error),
    });
  } finally {
    // Gives the locks back that keep others from changing the table, and not what the transaction sees.
    await onBoth(async (side) => {
      if (!sessions[side].lost) await sessions[side].query("ROLLBACK TO SAVEPOINT lockkeeper_table");
    });
  }
}

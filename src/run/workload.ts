import { databaseError } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { nameInWords, namesCalled, type OldName, oldNames } from "./old-names.ts";
import { readPlan } from "./queue-runs.ts";

/** Statements that are shown. */
const SHOWN = 3;
/** So much of one. */
const SHOWN_LENGTH = 120;

/** A statement that calls something by an old name, as pg_stat_statements counts it. */
interface Seen {
  readonly key: string;
  readonly calls: number;
  readonly query: string;
  readonly names: readonly OldName[];
}

interface Workload {
  readonly seen: readonly Seen[];
  /** The statements of other roles are not shown to this one. */
  readonly hidden: boolean;
}

/**
 * Looks which statements call what a migration left standing by its old name, and how often that was, so that a later
 * look can tell which of them are called still. Nothing where nobody counts statements.
 *
 * @param runId the run that applied the migration
 */
export async function lookAtWorkload(session: Session, runId: number): Promise<void> {
  const workload = await statementsSeen(session, await namesOfRun(session, runId));
  if (workload !== undefined) await keep(session, runId, workload.seen);
}

/**
 * Why what a migration left standing is still used, as far as the server counts statements: those that call it by its
 * old name and were called since the newest look that is `unusedMs` old, or since the migration where none is. This look
 * is kept as well.
 *
 * @returns sentences, one of them where the server does not show the statements of others; none where nobody counts any
 */
export async function workloadOf(session: Session, runId: number, unusedMs: number): Promise<readonly string[]> {
  if (unusedMs === 0) return [];
  const { seen = [], hidden = false } = (await statementsSeen(session, await namesOfRun(session, runId))) ?? {};
  const unseen = hidden ? [HIDDEN] : [];
  if (seen.length === 0) return unseen;
  const [before] = await session.query<{ at: string; calls: Readonly<Record<string, number>> }>(
    `SELECT to_json(date_trunc('second', seen_at)) #>> '{}' AS at, calls FROM lockkeeper.workload WHERE run_id = $1
     ORDER BY seen_at <= clock_timestamp() - $2 * interval '1 ms' DESC,
       CASE WHEN seen_at <= clock_timestamp() - $2 * interval '1 ms' THEN -extract(epoch FROM seen_at) ELSE extract(epoch FROM seen_at) END
     LIMIT 1`,
    [runId, unusedMs],
  );
  const used = seen.flatMap((one) => {
    const known = before?.calls[one.key] ?? 0;
    // Counters that were set back began anew.
    const calls = one.calls < known ? one.calls : one.calls - known;
    return calls === 0 ? [] : [{ ...one, calls }];
  });
  if (used.length === 0) return unseen;
  await keep(session, runId, seen);
  const names = [...new Set(used.flatMap((one) => one.names.map(nameInWords)))].join(", ");
  const shown = used
    .sort((one, other) => other.calls - one.calls)
    .slice(0, SHOWN)
    .map(({ query, calls }) => `${shortened(query)} (${calls} ${calls === 1 ? "call" : "calls"})`);
  const more = used.length > SHOWN ? `; and ${used.length - SHOWN} more` : "";
  const since = before === undefined ? "were counted" : `were called since ${before.at}`;
  return [`statements that name ${names} ${since}: ${shown.join("; ")}${more}.`, ...unseen];
}

const HIDDEN =
  "pg_stat_statements does not show this role what other roles call: GRANT pg_read_all_stats to it, or set contract.unused to 0.";

const shortened = (query: string): string => {
  const line = query.replace(/\s+/g, " ").trim();
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH - 1)}…` : line;
};

async function namesOfRun(session: Session, runId: number): Promise<readonly OldName[]> {
  const plan = await readPlan(session, runId);
  return plan === undefined ? [] : oldNames(plan);
}

/** @returns undefined where nobody counts */
async function statementsSeen(session: Session, names: readonly OldName[]): Promise<Workload | undefined> {
  if (names.length === 0) return undefined;
  const [extension] = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements'`,
  );
  if (extension === undefined) return undefined;
  await loadParser();
  try {
    const rows = await session.query<{ key: string | null; calls: number; query: string }>(
      `SELECT userid || '/' || queryid AS key, sum(calls)::float8 AS calls, min(query) AS query
       FROM ${quoteIdentifier(extension.schema)}.pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND toplevel
         AND (queryid IS NULL OR query ~* $1 AND query !~ 'lockkeeper\\.') GROUP BY 1`,
      [names.map(({ table, column = table }) => column.replace(/[^\w]/g, ".")).join("|")],
    );
    return {
      seen: rows.flatMap(({ key, calls, query }) => {
        const called = key === null ? [] : namesCalled(query, names);
        return key === null || called.length === 0 ? [] : [{ key, calls, query, names: called }];
      }),
      hidden: rows.some(({ key }) => key === null),
    };
  } catch (error) {
    // The extension is there and its library is not loaded: which libraries are is not for every role to see.
    if (databaseError(error)?.code === NOT_LOADED) return undefined;
    throw error;
  }
}

/** object_not_in_prerequisite_state */
const NOT_LOADED = "55000";

const keep = async (session: Session, runId: number, seen: readonly Seen[]): Promise<void> => {
  await session.query("INSERT INTO lockkeeper.workload (run_id, calls) SELECT $1, $2 WHERE NOT pg_is_in_recovery()", [
    runId,
    JSON.stringify(Object.fromEntries(seen.map(({ key, calls }) => [key, calls]))),
  ]);
};

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

/**
 * Looks which statements call what a migration left standing by its old name, and how often that was, so that a later
 * look can tell which of them are called still. Nothing where nobody counts statements.
 *
 * @param runId the run that applied the migration
 */
export async function lookAtWorkload(session: Session, runId: number): Promise<void> {
  const seen = await statementsSeen(session, await namesOfRun(session, runId));
  if (seen !== undefined) await keep(session, runId, seen);
}

/**
 * Why what a migration left standing is still used, as far as the server counts statements: those that call it by its
 * old name and were called since the newest look that is `unusedMs` old, or since the migration where none is. This look
 * is kept as well.
 *
 * @returns sentences; none where nobody counts statements
 */
export async function workloadOf(session: Session, runId: number, unusedMs: number): Promise<readonly string[]> {
  if (unusedMs === 0) return [];
  const seen = await statementsSeen(session, await namesOfRun(session, runId));
  if (seen === undefined || seen.length === 0) return [];
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
  if (used.length === 0) return [];
  await keep(session, runId, seen);
  const names = [...new Set(used.flatMap((one) => one.names.map(nameInWords)))].join(", ");
  const shown = used
    .sort((one, other) => other.calls - one.calls)
    .slice(0, SHOWN)
    .map(({ query, calls }) => `${shortened(query)} (${calls} ${calls === 1 ? "call" : "calls"})`);
  const more = used.length > SHOWN ? `; and ${used.length - SHOWN} more` : "";
  const since = before === undefined ? "were counted" : `were called since ${before.at}`;
  return [`statements that name ${names} ${since}: ${shown.join("; ")}${more}.`];
}

const shortened = (query: string): string => {
  const line = query.replace(/\s+/g, " ").trim();
  return line.length > SHOWN_LENGTH ? `${line.slice(0, SHOWN_LENGTH - 1)}…` : line;
};

async function namesOfRun(session: Session, runId: number): Promise<readonly OldName[]> {
  const plan = await readPlan(session, runId);
  return plan === undefined ? [] : oldNames(plan);
}

/** Undefined where nobody counts, or does not tell us. */
async function statementsSeen(session: Session, names: readonly OldName[]): Promise<readonly Seen[] | undefined> {
  if (names.length === 0) return undefined;
  const [extension] = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements' AND current_setting('shared_preload_libraries') ~ 'pg_stat_statements'`,
  );
  if (extension === undefined) return undefined;
  await loadParser();
  const rows = await session.query<{ key: string; calls: number; query: string }>(
    `SELECT userid || '/' || queryid AS key, sum(calls)::float8 AS calls, min(query) AS query
     FROM ${quoteIdentifier(extension.schema)}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND toplevel
       AND query ~* $1 AND query !~ 'lockkeeper\\.' GROUP BY 1`,
    [names.map(({ table, column = table }) => column.replace(/[^\w]/g, ".")).join("|")],
  );
  return rows.flatMap((row) => {
    const called = namesCalled(row.query, names);
    return called.length === 0 ? [] : [{ ...row, names: called }];
  });
}

const keep = async (session: Session, runId: number, seen: readonly Seen[]): Promise<void> => {
  await session.query("INSERT INTO lockkeeper.workload (run_id, calls) SELECT $1, $2 WHERE NOT pg_is_in_recovery()", [
    runId,
    JSON.stringify(Object.fromEntries(seen.map(({ key, calls }) => [key, calls]))),
  ]);
};

import type { Plan, PlannedStatement } from "../../plan/plan.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import type { ServerProfile } from "./server-profile.ts";

interface Asked {
  readonly maintenanceWorkMem: number;
  readonly parallelBuilders: number;
  readonly fullPages: boolean;
  readonly logsHints: boolean;
  readonly compressesPages: boolean;
  readonly maxWalBytes: number;
  readonly replicas: number;
  readonly archives: boolean;
}

const PROFILE = `SELECT pg_size_bytes(current_setting('maintenance_work_mem'))::float8 AS "maintenanceWorkMem",
  current_setting('max_parallel_maintenance_workers')::int AS "parallelBuilders",
  current_setting('full_page_writes')::boolean AS "fullPages",
  current_setting('data_checksums')::boolean OR current_setting('wal_log_hints')::boolean AS "logsHints",
  current_setting('wal_compression') <> 'off' AS "compressesPages",
  pg_size_bytes(current_setting('max_wal_size'))::float8 AS "maxWalBytes",
  (SELECT count(*)::int FROM pg_stat_replication) AS replicas,
  current_setting('archive_mode') <> 'off' AS archives`;

// Pages on which all rows are visible to everybody have their hints.
const SETTLED = `SELECT n.nspname || '.' || c.relname AS name, least(1, c.relallvisible / c.relpages::float8) AS share
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relpages > 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')`;

const CORRELATED = `SELECT schemaname || '.' || tablename || '.' || attname AS column, correlation::float8
FROM pg_stats WHERE abs(correlation) > 0.5 AND schemaname || '.' || tablename = ANY ($1)`;

/**
 * What of the server at hand changes how much it writes, and how many rows it expects statements to change. Changes
 * nothing.
 *
 * @param plans whose statements are asked about; what is not there yet, nobody can be asked about
 */
export async function readProfile(session: Session, plans: readonly Plan[]): Promise<ServerProfile> {
  const [asked] = await session.query<Asked>(PROFILE);
  const settled = await session.query<{ name: string; share: number }>(SETTLED);
  const rowsOf = new Map<string, number>();
  const written = plans.flatMap(writes);
  const targets = written.flatMap(({ effects = [] }) => effects.filter(({ role }) => role === "target"));
  const names = [...new Set(targets.map(({ relation: { schema, name } }) => `${schema}.${name}`))];
  const correlated =
    names.length === 0 ? [] : await session.query<{ column: string; correlation: number }>(CORRELATED, [names]);
  for (const { sql } of written) {
    const rows = rowsOf.has(sql) ? undefined : await expectedRows(session, sql);
    if (rows !== undefined) rowsOf.set(sql, rows);
  }
  return {
    maintenanceWorkMem: asked?.maintenanceWorkMem ?? 0,
    parallelBuilders: asked?.parallelBuilders ?? 0,
    fullPages: asked?.fullPages ?? true,
    logsHints: asked?.logsHints ?? true,
    compressesPages: asked?.compressesPages ?? false,
    maxWalBytes: asked?.maxWalBytes ?? 0,
    replicas: asked?.replicas ?? 0,
    archives: asked?.archives ?? false,
    settledShare: new Map(settled.map(({ name, share }) => [name, share])),
    correlations: new Map(correlated.map(({ column, correlation }) => [column, correlation])),
    rowsOf,
    isKnown: true,
  };
}

const ASKED: ReadonlySet<string> = new Set(["UpdateStmt", "DeleteStmt", "InsertStmt"]);

/** What the planner of the server can be asked about: statements that are written, not those that a function stands for. */
const writes = ({ steps }: Plan): readonly PlannedStatement[] =>
  steps.flatMap((step): readonly PlannedStatement[] => {
    if (step.kind === "script" || step.kind === "concurrent") return [];
    const statements = step.kind === "ddl" ? step.statements : [step.statement];
    return statements.filter(({ tag, copyData }) => ASKED.has(tag) && copyData === undefined);
  });

interface Explained {
  readonly Plan: { readonly "Plan Rows": number; readonly Plans?: readonly { readonly "Plan Rows": number }[] };
}

/** Nothing runs: the statement is planned, in a transaction that could not change anything and is rolled back. */
async function expectedRows(session: Session, sql: string): Promise<number | undefined> {
  try {
    await session.query("BEGIN READ ONLY; SET LOCAL lock_timeout = '500ms'; SET LOCAL statement_timeout = '2s'");
    const [row] = await session.query<{ "QUERY PLAN": readonly Explained[] }>(`EXPLAIN (FORMAT JSON) ${sql}`);
    return row?.["QUERY PLAN"][0]?.Plan.Plans?.reduce((most, one) => Math.max(most, one["Plan Rows"]), 0);
  } catch (error) {
    if (databaseError(error) === undefined || failureKind(error) === "connection") throw error;
    return undefined;
  } finally {
    await session.rollback();
  }
}

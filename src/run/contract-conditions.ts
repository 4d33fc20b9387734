import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { askReadOnly } from "../postgres/ask-read-only.ts";
import type { Session } from "../postgres/session.ts";
import type { ContractPolicy } from "./policy.ts";
import { workloadOf } from "./workload.ts";

/** What a query of the user's may take. */
const QUERY_LIMIT_MS = 10_000;
/** Rows of it that are shown. */
const SHOWN = 5;

/** One reason why what a migration left standing must not go yet. */
export interface ContractObstacle {
  readonly migration: string;
  readonly kind: "young" | "used";
  /** A sentence. */
  readonly reason: string;
}

/**
 * Whether what migrations left standing may go: whether they have been in force for long enough, and whether anybody
 * still uses the shape from before them.
 *
 * @param ids of migrations that wait for contract
 * @throws LockkeeperError `contract_refused` where the user's query fails: what cannot be asked counts as used
 */
export async function contractObstacles(
  session: Session,
  ids: readonly string[],
  policy: ContractPolicy,
): Promise<readonly ContractObstacle[]> {
  const young = await youngOf(session, ids, policy.afterMs);
  const sessions = await sessionsOf(session, policy.applications);
  const runs = await session.query<{ id: string; run: number }>(
    "SELECT id, run_id::float8 AS run FROM lockkeeper.migration WHERE id = ANY ($1) AND run_id IS NOT NULL",
    [ids],
  );
  const obstacles: ContractObstacle[] = [];
  for (const migration of ids) {
    obstacles.push(...young.filter((one) => one.migration === migration));
    const run = runs.find(({ id }) => id === migration)?.run;
    const used = [
      ...sessions,
      ...(await answerOf(session, migration, policy.stillUsed)),
      ...(run === undefined ? [] : await callsOf(session, run, policy.unusedMs)),
    ];
    obstacles.push(...used.map((reason): ContractObstacle => ({ migration, kind: "used", reason })));
  }
  return obstacles;
}

/** The refusal that names everything that stands against it. */
export function contractRefused(obstacles: readonly ContractObstacle[]): LockkeeperError {
  const lines = obstacles.map(({ migration, reason }) => `\n  ${migration}: ${reason}`);
  return new LockkeeperError("contract_refused", {
    message: `What these migrations left standing must not go yet:${lines.join("")}`,
    notDone: "Nothing was removed.",
    data: { obstacles },
  });
}

async function youngOf(
  session: Session,
  ids: readonly string[],
  afterMs: number | undefined,
): Promise<readonly ContractObstacle[]> {
  if (afterMs === undefined || afterMs === 0) return [];
  const rows = await session.query<{ id: string; due: string }>(
    `SELECT id, to_json(date_trunc('second', applied_at + $2 * interval '1 ms')) #>> '{}' AS due FROM lockkeeper.migration
     WHERE id = ANY ($1) AND applied_at + $2 * interval '1 ms' > clock_timestamp()`,
    [ids, afterMs],
  );
  return rows.map(({ id, due }) => ({ migration: id, kind: "young", reason: `it is kept until ${due}.` }));
}

/** Clients whose name is that of an older release. What kind of process it is, the server does not tell every role. */
async function sessionsOf(session: Session, pattern: string | undefined): Promise<readonly string[]> {
  if (pattern === undefined) return [];
  const names = new RegExp(pattern, "u");
  const rows = await session.query<{ application: string; sessions: number }>(
    `SELECT application_name AS application, count(*)::int AS sessions FROM pg_stat_activity
     WHERE datname = current_database() AND coalesce(backend_type, 'client backend') = 'client backend' AND pid <> pg_backend_pid()
       AND application_name <> '' AND application_name NOT LIKE 'lockkeeper%' GROUP BY 1 ORDER BY 1`,
  );
  return rows
    .filter(({ application }) => names.test(application))
    .map(
      ({ application, sessions }) =>
        `${application} is still connected (${sessions} ${sessions === 1 ? "session" : "sessions"}).`,
    );
}

/** Statements that still call it by its old name. */
async function callsOf(session: Session, runId: number, unusedMs: number): Promise<readonly string[]> {
  try {
    return await workloadOf(session, runId, unusedMs);
  } catch (error) {
    if (session.lost) throw error;
    return [`pg_stat_statements cannot be asked: ${error instanceof Error ? error.message : String(error)}.`];
  }
}

/** What the user's query gives: nothing where nobody uses it any more. */
async function answerOf(session: Session, migration: string, sql: string | undefined): Promise<readonly string[]> {
  if (sql === undefined) return [];
  try {
    const params = sql.includes("$1") ? [migration] : [];
    const rows = await askReadOnly(session, { sql, params, timeoutMs: QUERY_LIMIT_MS });
    const shown = rows.slice(0, SHOWN).map((row) => Object.values(row).map(String).join(", "));
    const more = rows.length > SHOWN ? ` and ${rows.length - SHOWN} more` : "";
    return rows.length === 0 ? [] : [`contract.stillUsed gives ${shown.join("; ")}${more}.`];
  } catch (error) {
    if (session.lost) throw error;
    throw contractRefused([
      {
        migration,
        kind: "used",
        reason: `contract.stillUsed cannot be asked: ${error instanceof Error ? error.message : String(error)}.`,
      },
    ]);
  }
}

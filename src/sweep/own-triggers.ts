import type { SweepSpec } from "../online/sweep-spec.ts";
import type { Session } from "../postgres/session.ts";
import { nodesAs } from "../sql/node-as.ts";
import { loadParser, parseStatement } from "../sql/parse-statement.ts";
import { quoteQualified } from "../sql/quote.ts";
import { splitSql } from "../sql/split-sql.ts";

/** What becomes of users' triggers. */
export interface TriggerFacts {
  /** They are kept from firing; without `fire` there are none that would. */
  readonly silent: boolean;
  /** Those that fire for the rows that the sweep writes, where they were not to: `orders.touch`. */
  readonly fire: readonly string[];
  /** Why. */
  readonly because?: string;
}

/** Bits of `pg_trigger.tgtype`. */
const EVENTS: Readonly<Record<SweepSpec["action"]["kind"], number>> = {
  copy: 4,
  delete: 8,
  update: 16,
  callback: 16,
  check: 0,
};

// $1: the table whose rows are written, $2: event, $3: columns that are written (null: any).
// Referential and deferred uniqueness checks are triggers too, and would be kept from firing with the others.
const TRIGGERS = `WITH RECURSIVE below AS (
  SELECT to_regclass($1)::oid AS oid
  UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN below AS b ON i.inhparent = b.oid
), t AS (
  SELECT t.*, c.relname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
  WHERE t.tgrelid IN (SELECT oid FROM below) AND NOT t.tgisinternal AND t.tgtype & $2 <> 0 AND n.nspname <> 'lockkeeper'
    AND strpos(t.tgname, '~lockkeeper_sync') = 0
)
SELECT
  (SELECT coalesce(json_agg(DISTINCT t.relname || '.' || t.tgname), '[]') FROM t WHERE t.tgenabled IN ('O', 'A')) AS fire,
  (SELECT string_agg(DISTINCT t.relname || '.' || t.tgname, ', ') FROM t WHERE t.tgenabled IN ('A', 'R')) AS always,
  (SELECT string_agg(DISTINCT c.conname, ', ') FROM pg_constraint AS c, LATERAL (VALUES
      (c.conrelid, c.conkey, c.contype = 'f' OR c.contype IN ('p', 'u', 'x') AND c.condeferrable),
      (c.confrelid, c.confkey, c.contype = 'f')) AS side(oid, keys, checks)
    WHERE side.oid IN (SELECT oid FROM below) AND side.checks
      AND (side.oid = c.confrelid OR $2 <> 8)
      AND ($2 = 8 OR $3::text[] IS NULL OR EXISTS (SELECT FROM pg_attribute AS a
        WHERE a.attrelid = side.oid AND a.attnum = ANY (side.keys) AND a.attname = ANY ($3)))) AS checked, `;

/** Before PostgreSQL 15 no privilege but a superuser's reached it, nor was there a function to ask. */
const MAY = "has_parameter_privilege(session_user, 'session_replication_role', 'SET') AS may";
const MAY_BEFORE_15 = "(SELECT rolsuper FROM pg_roles WHERE rolname = session_user) AS may";

interface Answer {
  readonly fire: readonly string[];
  readonly always: string | null;
  readonly checked: string | null;
  readonly may: boolean;
}

/**
 * Whether the users' triggers can be kept from firing, where the sweep is to: `session_replication_role` does it, which
 * not every role may set, and which would keep referential checks from being made.
 */
export async function readTriggers(session: Session, spec: SweepSpec, serverVersion: number): Promise<TriggerFacts> {
  const { action, table, triggers } = spec;
  if (triggers === "fire" || action.kind === "check") return { silent: false, fire: [] };
  const written = quoteQualified(action.kind === "copy" ? action.into : table);
  const sql = TRIGGERS + (serverVersion >= 150_000 ? MAY : MAY_BEFORE_15);
  const ask = async (columns: readonly string[] | null): Promise<Answer | undefined> =>
    (await session.query<Answer>(sql, [written, EVENTS[action.kind], columns]))[0];
  let answer = await ask(null);
  if (answer === undefined || (answer.fire.length === 0 && answer.always === null)) return { silent: false, fire: [] };
  if (answer.checked !== null && action.kind === "update") {
    answer = (await ask(await writtenColumns(action.set))) ?? answer;
  }
  const because = obstacle(answer);
  return because === undefined ? { silent: true, fire: [] } : { silent: false, fire: answer.fire, because };
}

function obstacle({ always, checked, may }: Answer): string | undefined {
  if (always !== null) return `${always} would fire all the same, or only then`;
  if (checked !== null) return `the checks of ${checked} would not be made either`;
  return may ? undefined : "the role may not set session_replication_role";
}

/** The columns of an assignment list. */
async function writtenColumns(set: string): Promise<readonly string[]> {
  await loadParser();
  const [statement] = splitSql(`UPDATE t SET ${set}`).statements;
  if (statement === undefined) return [];
  const { tag, node } = parseStatement(statement, "");
  const targets = tag === "UpdateStmt" ? (node.targetList ?? []) : [];
  const names = nodesAs(targets, "ResTarget").map(({ name }) => name);
  return names.filter((name) => name !== undefined);
}

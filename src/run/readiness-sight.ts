import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Direction } from "../plan/plan.ts";
import { databaseError } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { quoteLiteral } from "../sql/quote.ts";
import type { TableName } from "./table-name.ts";

/** What a program may want to know of the schema, as the database shows it. */
export interface SchemaSight {
  readonly floor: string | null;
  readonly missing: readonly string[];
  readonly ahead: boolean;
  readonly parked: {
    readonly id: string;
    readonly run: number;
    readonly direction: Direction;
    readonly state: string;
  } | null;
  readonly missingTables: readonly string[];
  /** What the last look at the schema found; null where nobody asks or nobody looked. */
  readonly drift: { readonly objects: number; readonly lookedAt: string } | null;
}

/** What the schema is held against. */
export interface SchemaWish {
  readonly expected: readonly string[];
  readonly tables: readonly TableName[];
  readonly drift?: boolean;
  /** ms. */
  readonly timeoutMs: number;
}

const MISSING_TABLES = `(SELECT coalesce(json_agg(t.label ORDER BY t.n), '[]') FROM wanted AS t
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace
    WHERE c.relname = t.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND CASE WHEN t.schema IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE s.nspname = t.schema END))`;

// A run that failed in its first step left nothing behind, so a migration in force that it was to take back still is.
const sight = (drift: string): string => `SELECT json_build_object('missingTables', ${MISSING_TABLES}, 'floor', m.floor,
  'missing', (SELECT coalesce(json_agg(e.id ORDER BY e.n), '[]') FROM expected AS e
    WHERE NOT EXISTS (SELECT FROM lockkeeper.migration AS a WHERE a.id = e.id)),
  'ahead', EXISTS (SELECT FROM lockkeeper.migration AS a
    WHERE a.position > (SELECT coalesce(max(k.position), 0) FROM lockkeeper.migration AS k JOIN expected AS e USING (id))),
  'parked', (SELECT json_build_object('id', r.migration_id, 'run', r.id, 'direction', r.direction, 'state', r.state)
    FROM lockkeeper.run AS r JOIN expected AS e ON e.id = r.migration_id
    WHERE r.state IN ('paused', 'failed', 'aborted') AND CASE r.direction
      WHEN 'up' THEN NOT EXISTS (SELECT FROM lockkeeper.migration AS a WHERE a.id = r.migration_id)
      ELSE EXISTS (SELECT FROM lockkeeper.step AS s WHERE s.run_id = r.id) END
    ORDER BY r.id LIMIT 1), 'drift', ${drift}) FROM lockkeeper.meta AS m`;

const DRIFT = `(SELECT json_build_object('objects', s.drifted, 'lookedAt', s.looked_at)
  FROM lockkeeper.snapshot AS s ORDER BY s.id DESC LIMIT 1)`;

/** Where Lockkeeper has never run, everything is missing. */
const UNKNOWN = `SELECT json_build_object('missingTables', ${MISSING_TABLES}, 'floor', NULL,
  'missing', (SELECT coalesce(json_agg(e.id ORDER BY e.n), '[]') FROM expected AS e), 'ahead', false, 'parked', NULL, 'drift', NULL)`;

/** Asks in one read-only transaction and, where Lockkeeper has run here, one round trip. */
export async function lookAtSchema(
  session: Session,
  { expected, tables, drift = false, timeoutMs }: SchemaWish,
): Promise<SchemaSight> {
  const wanted = tables.map(({ schema, name }) => ({
    label: schema === null ? name : `${schema}.${name}`,
    schema,
    name,
  }));
  const given = `WITH expected AS (SELECT id, n FROM jsonb_array_elements_text(${json(expected)})
      WITH ORDINALITY AS e(id, n)),
    wanted AS (SELECT t ->> 'label' AS label, t ->> 'schema' AS schema, t ->> 'name' AS name, n
      FROM jsonb_array_elements(${json(wanted)}) WITH ORDINALITY AS t(t, n))`;
  // A state schema of an earlier version has no snapshots; where there is none at all, nothing is known.
  const questions = [...(drift ? [sight(DRIFT)] : []), sight("NULL")];
  for (const question of questions) {
    try {
      return await only(session, `${given} ${question}`, timeoutMs);
    } catch (error) {
      const code = databaseError(error)?.code;
      if (code !== "42P01" && code !== "3F000") throw error;
      await session.rollback();
    }
  }
  return await only(session, `${given} ${UNKNOWN}`, timeoutMs);
}

const json = (value: unknown): string => `${quoteLiteral(JSON.stringify(value))}::jsonb`;

/** One message, so that a pooler keeps the timeout with the question; a question that waits for a lock ends by itself. */
async function only(session: Session, question: string, timeoutMs: number): Promise<SchemaSight> {
  const { rows } = await session.batch([
    { sql: "BEGIN READ ONLY" },
    { sql: `SET LOCAL statement_timeout = ${Math.max(1, Math.round(timeoutMs))}` },
    { sql: question, wantRows: true },
    { sql: "COMMIT" },
  ]);
  const answer = rows[2]?.[0]?.[0];
  if (typeof answer !== "string") {
    throw new LockkeeperError("internal", { message: "The state schema has no row about itself." });
  }
  return JSON.parse(answer) as SchemaSight;
}

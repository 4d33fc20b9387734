import type { Session } from "../../postgres/session.ts";
import { RENAMED_OBJECTS } from "../renamed-objects.ts";

/** Something of Lockkeeper's that stands beside the application's schema until `contract`. */
interface Left {
  /** For people, such as `schema lockkeeper_quarantine_orders`. */
  readonly what: string;
  /** What removes it. */
  readonly drop: string;
}

/** What Lockkeeper has left in a database. */
export interface Leftovers {
  /** What waits for `contract`, by migration. */
  readonly waiting: readonly { readonly migration: string; readonly left: readonly string[] }[];
  /** What no migration in force and no run waits for. */
  readonly forgotten: readonly Left[];
  /** Indexes that a run which stopped was building. */
  readonly building: readonly { readonly index: string; readonly run: number }[];
}

/** Kept tables, hidden columns that are not inherited, views with old names, what these needed; by what tells them from others. */
const STANDING = `
  SELECT jsonb_build_object('kind', 'schema', 'name', n.nspname) AS id, 'schema ' || quote_ident(n.nspname) AS what,
    'DROP SCHEMA ' || quote_ident(n.nspname) || ' CASCADE' AS drop
  FROM pg_namespace AS n WHERE starts_with(n.nspname, 'lockkeeper_quarantine_')
  UNION ALL
  SELECT jsonb_build_object('kind', 'column', 'name', a.attname), format('column %I of %s', a.attname, c.oid::regclass),
    format('ALTER TABLE %s DROP COLUMN %I', c.oid::regclass, a.attname)
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
  WHERE starts_with(a.attname, 'lockkeeper_dropped_') AND NOT a.attisdropped AND a.attinhcount = 0
  UNION ALL
  SELECT jsonb_build_object('kind', 'view', 'schema', n.nspname, 'name', c.relname), 'view ' || c.oid::regclass,
    'DROP VIEW ' || c.oid::regclass
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind = 'v' AND obj_description(c.oid, 'pg_class') ~ '^Lockkeeper: the old name of .*, until contract$'
  UNION ALL
  SELECT jsonb_build_object('kind', 'dropped', 'what', o.what, 'name', o.name), lower(o.what) || ' ' || i.identity,
    'DROP ' || o.what || ' ' || i.identity
  FROM (${RENAMED_OBJECTS}) AS o, pg_identify_object(o.class, o.oid, 0) AS i
  WHERE starts_with(o.name, 'lockkeeper_dropped_') AND o.what IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype IN ('a', 'i'))`;

/** A leftover by what tells it from others; of several that go together each by itself. */
const EACH = `CASE WHEN l.it ? 'names' THEN l.it - 'names' || jsonb_build_object('name', n.name) ELSE l.it - 'comment' END`;
const NAMES = "LEFT JOIN LATERAL jsonb_array_elements(l.it -> 'names') AS n(name) ON true";

/** What runs leave, for migrations that wait for \`contract\`, and for those that are under way. */
const EXPECTED = `
  SELECT m.id AS migration, true AS waits, ${EACH} AS id
  FROM lockkeeper.migration AS m JOIN lockkeeper.run AS r ON r.id = m.run_id,
    jsonb_path_query(r.plan, '$.contract[*].statements[*].leftover') AS l(it) ${NAMES}
  WHERE m.contract = 'waiting'
  UNION ALL
  SELECT r.migration_id, false, ${EACH}
  FROM lockkeeper.run AS r, jsonb_path_query(r.plan, '$.*[*].statements[*].leftover') AS l(it) ${NAMES}
  WHERE r.state IN ('queued', 'running', 'paused', 'failed', 'aborted')`;

const BUILDING = `
  SELECT to_regclass(coalesce(quote_ident(p.it ->> 'schema') || '.', '') || quote_ident(p.it ->> 'name'))::text AS index, r.id AS run
  FROM lockkeeper.run AS r JOIN lockkeeper.step AS s ON s.run_id = r.id AND s.state = 'started',
    jsonb_path_query(r.plan, '$.steps[*].probe.index') AS p(it)
  WHERE r.state IN ('running', 'paused', 'failed', 'aborted')`;

const NOTHING_EXPECTED = "SELECT NULL::text AS migration, false AS waits, NULL::jsonb AS id WHERE false";
const NOTHING_BUILDING = "SELECT NULL::text AS index, NULL::bigint AS run WHERE false";

const leftoversSql = (expected: string, building: string): string =>
  `WITH standing AS (${STANDING}), expected AS (${expected}), building AS (${building})
SELECT json_build_object(
  'waiting', (SELECT coalesce(json_agg(w ORDER BY w.migration), '[]') FROM (
    SELECT e.migration, json_agg(DISTINCT s.what ORDER BY s.what) AS left FROM expected AS e JOIN standing AS s USING (id)
    WHERE e.waits GROUP BY e.migration) AS w),
  'forgotten', (SELECT coalesce(json_agg(json_build_object('what', s.what, 'drop', s.drop) ORDER BY s.what), '[]')
    FROM standing AS s WHERE NOT EXISTS (SELECT FROM expected AS e WHERE e.id = s.id)),
  'building', (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('index', b.index, 'run', b.run)), '[]')
    FROM building AS b WHERE b.index IS NOT NULL)) AS left`;

/** @param isInstalled whether the state schema is there: where Lockkeeper has never run it expects nothing */
export async function readLeftovers(session: Session, isInstalled: boolean): Promise<Leftovers> {
  const sql = isInstalled ? leftoversSql(EXPECTED, BUILDING) : leftoversSql(NOTHING_EXPECTED, NOTHING_BUILDING);
  const [row] = await session.query<{ left: Leftovers }>(sql);
  return row?.left ?? { waiting: [], forgotten: [], building: [] };
}

import type { Query } from "../catalog/read/query.ts";

/** Catalogs of objects that no other object has among its parts. */
const CATALOGS = [
  "pg_namespace",
  "pg_proc",
  "pg_type",
  "pg_collation",
  "pg_operator",
  "pg_opclass",
  "pg_opfamily",
  "pg_conversion",
  "pg_ts_config",
  "pg_ts_dict",
  "pg_ts_parser",
  "pg_ts_template",
  "pg_cast",
  "pg_language",
  "pg_am",
  "pg_event_trigger",
  "pg_publication",
  "pg_foreign_data_wrapper",
  "pg_foreign_server",
  "pg_statistic_ext",
  "pg_transform",
];

/** OIDs below are the server's own. */
const FIRST_OF_USERS = 16_384;

const CONTENTS = `WITH found (class, oid) AS (
  ${CATALOGS.map((name) => `SELECT '${name}'::regclass, oid FROM ${name}`).join("\n  UNION ALL ")}
  UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL SELECT 'pg_largeobject'::regclass, oid FROM pg_largeobject_metadata
  UNION ALL SELECT 'pg_subscription'::regclass, s.oid FROM pg_subscription AS s JOIN pg_database AS d ON d.oid = s.subdbid
    WHERE d.datname = current_database()
)
SELECT concat(i.type, ' ', i.identity) AS name
FROM found CROSS JOIN LATERAL pg_identify_object(found.class, found.oid, 0) AS i
WHERE found.oid >= ${FIRST_OF_USERS} AND coalesce(i.schema, i.name, '') !~ '^pg_(temp|toast)' AND NOT EXISTS (
  SELECT FROM pg_depend AS d WHERE d.classid = found.class AND d.objid = found.oid AND d.deptype IN ('e', 'i')
    AND (d.refclassid, d.refobjid) <> (found.class, found.oid))
ORDER BY i.type <> 'table', 1`;

/**
 * What somebody has put into the connected database, such as `table public.orders`; tables come first. The server's own
 * objects, extensions and what belongs to them do not count.
 */
export const databaseContents = async (query: Query): Promise<readonly string[]> =>
  (await query<{ name: string }>(CONTENTS)).map(({ name }) => name);

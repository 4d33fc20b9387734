import type { Unmodelled } from "../../model/unmodelled.ts";
import { inSchemas } from "../sql-fragments.ts";
import { section } from "./section.ts";

/** The key is absent for what nothing can depend on. */
export type UnmodelledRow = Unmodelled & { readonly class?: `pg_${string}`; readonly oid?: number };

/** Catalogs whose objects are only named: the prefix of their columns where they lie in a schema. */
const ONLY_NAMED: readonly (readonly [catalog: string, namespace?: string])[] = [
  ["am"],
  ["cast"],
  ["language"],
  ["transform"],
  ["conversion", "connamespace"],
  ["operator", "oprnamespace"],
  ["opclass", "opcnamespace"],
  ["opfamily", "opfnamespace"],
  ["ts_config", "cfgnamespace"],
  ["ts_dict", "dictnamespace"],
  ["ts_parser", "prsnamespace"],
  ["ts_template", "tmplnamespace"],
];

const ANY_NAMED = ONLY_NAMED.map(([catalog]) => `SELECT FROM pg_${catalog} WHERE oid >= 16384`);

const FROM_CATALOGS = ONLY_NAMED.map(
  ([catalog, namespace]) =>
    `SELECT 'pg_${catalog}'::regclass AS class, o.oid FROM pg_${catalog} o
     WHERE o.oid >= 16384${namespace === undefined ? "" : ` AND ${inSchemas(`o.${namespace}`)}`}`,
);

const RELATIONS = "'r', 'p', 'f', 'v', 'm', 'c', 'S', 'i', 'I', 't'";

/** Types written in C and shells of types, and relations of a kind that came after this program. */
const OTHER_TYPES = `SELECT 'pg_type'::regclass, t.oid FROM pg_type t WHERE t.oid >= 16384 AND ${inSchemas("t.typnamespace")}
  AND t.typtype IN ('b', 'p') AND NOT EXISTS (SELECT FROM pg_type el WHERE el.oid = t.typelem AND el.typarray = t.oid)`;
const OTHER_RELATIONS = `SELECT 'pg_class'::regclass, c.oid FROM pg_class c
  WHERE c.relkind NOT IN (${RELATIONS}) AND ${inSchemas("c.relnamespace")}`;

/** A type has an array type, whose input function no type of a user's can have. */
const ANY_TYPE = `SELECT FROM pg_type WHERE oid >= 16384 AND typtype IN ('b', 'p') AND typinput <> 'array_in'::regproc`;
const ANY_RELATION = `SELECT FROM pg_class WHERE relkind NOT IN (${RELATIONS})`;

export const UNMODELLED = section<UnmodelledRow>(
  "unmodelled",
  `SELECT o.class::text AS class, o.oid::bigint AS oid, i.type AS kind, i.identity AS name
   FROM (${[...FROM_CATALOGS, OTHER_TYPES, OTHER_RELATIONS].join(" UNION ALL ")}) o, pg_identify_object(o.class, o.oid, 0) i
   WHERE ($2::boolean OR NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e'))
     AND NOT EXISTS (SELECT FROM pg_depend made WHERE made.classid = o.class AND made.objid = o.oid AND made.deptype = 'i')`,
  [...ANY_NAMED, ANY_TYPE, ANY_RELATION].join(" UNION ALL "),
);

export const SECURITY_LABELS = section<UnmodelledRow>(
  UNMODELLED.name,
  `SELECT 'security label' AS kind, concat_ws(' ', l.provider, 'on', l.objtype, l.objname) AS name FROM pg_seclabels l
   WHERE l.objtype NOT IN ('role', 'database', 'tablespace')`,
  "SELECT FROM pg_seclabel UNION ALL SELECT FROM pg_shseclabel",
);

export const DATABASE_SETTINGS = section<UnmodelledRow>(
  UNMODELLED.name,
  `SELECT 'database setting' AS kind, concat_ws(' for ', split_part(setting, '=', 1), CASE WHEN s.setrole <> 0 THEN pg_get_userbyid(s.setrole) END) AS name
   FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) setting WHERE d.datname = current_database()`,
  "SELECT FROM pg_db_role_setting",
);

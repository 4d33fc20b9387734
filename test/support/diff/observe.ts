import { OBSERVED_CATALOGS, type ObservedCatalog, TYPE_OF_ITS_OWN } from "./observed-catalogs.ts";

/** Anything that runs a query. */
export type Ask = <R extends object = Record<string, unknown>>(sql: string) => Promise<R[]>;

interface CatalogColumn {
  readonly catalog: string;
  readonly column: string;
  readonly type: string;
}

/** Which rows of which catalog a column's OIDs stand for, as the server itself tells it. */
interface Reference {
  readonly fktable: string;
  readonly fkcols: readonly string[];
  readonly pktable: string;
  readonly is_array: boolean;
}

/** Types whose text names an object without its OID; all others go through pg_identify_object. */
const NAMES: Readonly<Record<string, string>> = {
  pg_class: "regclass",
  pg_type: "regtype",
  pg_proc: "regprocedure",
  pg_operator: "regoperator",
  pg_namespace: "regnamespace",
  pg_authid: "regrole",
  pg_collation: "regcollation",
  pg_ts_config: "regconfig",
  pg_ts_dict: "regdictionary",
};

/** Expressions in the server's own form: `also` tells what they say. */
const TREES = new Set(["pg_node_tree", "pg_ndistinct", "pg_dependencies", "pg_mcv_list"]);

/**
 * What PostgreSQL's own catalogs say of the connected database's schema, one line for each of their rows, sorted and free of OIDs and
 * of the order of tables' columns: equal lines mean an equal schema. It is written from PostgreSQL's documentation and has nothing in
 * common with the catalog's reader, which it judges.
 */
export async function observe(ask: Ask): Promise<string[]> {
  await ask("SET search_path TO ''; SET jit = off");
  const [prepared] = await ask("SELECT FROM pg_prepared_statements WHERE name = 'observation'");
  if (prepared === undefined) {
    await ask(`PREPARE observation AS ${await observation(ask)}`);
  }
  const rows = await ask<{ line: string }>("EXECUTE observation");
  await ask("RESET search_path");
  return [...new Set(rows.map(({ line }) => settled(line)))].toSorted();
}

/** Without names that the server makes of OIDs. */
const settled = (line: string): string => line.replace(/(ConstraintTrigger(?:_[ac])?)_\d+/g, "$1");

/** The query, which differs between majors: planning it takes longer than running it. */
async function observation(ask: Ask): Promise<string> {
  const columns = await ask<CatalogColumn>(
    `SELECT c.relname AS catalog, a.attname AS column, format_type(a.atttypid, NULL) AS type
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r' ORDER BY c.relname, a.attnum`,
  );
  const references = await ask<Reference>(
    "SELECT fktable::text, fkcols, pktable::text, is_array FROM pg_get_catalog_foreign_keys()",
  );
  const parts = OBSERVED_CATALOGS.map((catalog) =>
    ofCatalog(
      catalog,
      columns.filter((column) => column.catalog === catalog.name),
      references.filter(({ fktable }) => fktable === catalog.name),
    ),
  );
  return [...parts, DEPENDENCIES].join("\nUNION ALL\n");
}

function ofCatalog(
  catalog: ObservedCatalog,
  columns: readonly CatalogColumn[],
  references: readonly Reference[],
): string {
  const without = new Set(["oid", ...(catalog.without ?? []).flatMap((names) => names.split(" "))]);
  const facts = columns
    .filter(({ column, type }) => !without.has(column) && !TREES.has(type))
    .map(({ column, type }) => `'${column}', ${told(catalog, column, type, references)}`);
  const also = Object.entries(catalog.also ?? {}).map(([name, sql]) => `'${name}', ${sql}`);
  // A function has at most a hundred arguments.
  const all = [...facts, ...also];
  const halves = [all.slice(0, 45), all.slice(45)].map((half) => `jsonb_build_object(${half.join(", ")})`);
  return `SELECT concat('${catalog.name} ', ${catalog.identity}, ' ', jsonb_strip_nulls(${halves.join(" || ")})) AS line
    FROM ${catalog.name} x WHERE ${catalog.where ?? "x.oid >= 16384"}`;
}

function told(catalog: ObservedCatalog, column: string, type: string, references: readonly Reference[]): string {
  const value = `x.${column}`;
  if (type === "aclitem[]") {
    return privileges(value, catalog);
  }
  const reference = references.find(({ fkcols }) => fkcols.at(-1) === column);
  if (reference?.fkcols.length === 2) {
    const relation = `x.${reference.fkcols[0]}`;
    const name = (number: string) =>
      `(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = ${relation} AND a.attnum = ${number})`;
    return reference.is_array ? each(value, name) : name(value);
  }
  if (reference !== undefined) {
    const name = (oid: string) => nameOf(reference.pktable, oid);
    return reference.is_array ? each(value, name) : name(value);
  }
  return type === "text[]" ? `ARRAY(SELECT o FROM unnest(${value}) o ORDER BY o)` : value;
}

const each = (list: string, name: (element: string) => string): string =>
  `(SELECT jsonb_agg(${name("n.element")} ORDER BY n.place) FROM unnest(${list}) WITH ORDINALITY n (element, place))`;

function nameOf(catalog: string, oid: string): string {
  const type = NAMES[catalog];
  return type === undefined
    ? `(SELECT i.identity FROM pg_identify_object('${catalog}'::regclass, ${oid}, 0) i)`
    : `nullif(${oid}::oid, 0)::${type}::text`;
}

/** No list of privileges at all means those that every object of its kind begins with. */
function privileges(list: string, { acl }: ObservedCatalog): string {
  const [kind, owner] = acl ?? ["NULL", "NULL"];
  const whole = acl === undefined || kind === "'s'" ? list : `coalesce(${list}, acldefault(${kind}, ${owner}))`;
  return `(SELECT string_agg(concat(CASE e.grantee WHEN 0 THEN 'public' ELSE e.grantee::regrole::text END, '=', e.privilege_type, CASE WHEN e.is_grantable THEN '*' END, '/', e.grantor::regrole), ' '
    ORDER BY e.grantee::regrole::text, e.privilege_type, e.grantor::regrole::text) FROM aclexplode(${whole}) e)`;
}

/** Who is dropped with whom, and what stands in the way of a drop. */
const DEPENDENCIES = `SELECT concat('depends ', one.type, ' ', one.identity, ' on ', other.type, ' ', other.identity, ' ', d.deptype)
  FROM pg_depend d, pg_identify_object(d.classid, d.objid, d.objsubid) one, pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) other
  WHERE d.objid >= 16384 AND d.refobjid >= 16384
    AND coalesce(one.schema, '') <> 'pg_toast' AND one.identity !~ 'RI_ConstraintTrigger'
    AND NOT EXISTS (SELECT FROM pg_type x WHERE d.classid = 'pg_type'::regclass AND x.oid = d.objid AND NOT (${TYPE_OF_ITS_OWN}))
    AND NOT EXISTS (SELECT FROM pg_constraint x WHERE d.classid = 'pg_constraint'::regclass AND x.oid = d.objid AND x.conparentid <> 0)`;

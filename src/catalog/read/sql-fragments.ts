/*
 * Pieces of SQL that several readers share. Each takes SQL expressions and gives one; all JSON has the shape of the
 * model, so that rows need no further translation.
 */

/** The access list as a list of `Grant`; NULL while it was never touched. */
export const grantsOf = (acl: string): string => `CASE WHEN ${acl} IS NOT NULL THEN (
  SELECT coalesce(json_agg(json_build_object(
           'grantee', ${roleName("g.grantee")}, 'grantor', pg_get_userbyid(g.grantor),
           'privilege', g.privilege_type, 'grantable', g.is_grantable)
           ORDER BY ${roleName("g.grantee")} COLLATE "C", pg_get_userbyid(g.grantor), g.privilege_type COLLATE "C"), '[]')
  FROM aclexplode(${acl}) g) END`;

/** A role's name where 0 stands for everybody. */
export const roleName = (oid: string): string => `CASE ${oid} WHEN 0 THEN 'public' ELSE pg_get_userbyid(${oid}) END`;

/** `{name=value,…}` as an object; NULL when there are none. */
export const optionsOf = (list: string): string =>
  `CASE WHEN ${list} IS NOT NULL THEN (SELECT json_object_agg(option_name, option_value) FROM pg_options_to_table(${list})) END`;

/** `{schema, name}` of what an OID names; NULL for 0. */
const qualified = (catalog: string, prefix: string, oid: string): string => `(
  SELECT json_build_object('schema', qn.nspname, 'name', q.${prefix}name)
  FROM pg_${catalog} q JOIN pg_namespace qn ON qn.oid = q.${prefix}namespace WHERE q.oid = ${oid})`;

export const relationName = (oid: string): string => qualified("class", "rel", oid);
export const routineName = (oid: string): string => qualified("proc", "pro", oid);
export const operatorName = (oid: string): string => qualified("operator", "opr", oid);
export const opclassName = (oid: string): string => qualified("opclass", "opc", oid);
export const collationName = (oid: string): string => qualified("collation", "coll", oid);
export const typeName = (oid: string): string => qualified("type", "typ", oid);

/** A `TypeReference`. */
export const typeReference = (oid: string, modifier: string): string => `(
  SELECT json_build_object('text', format_type(rt.oid, ${modifier}), 'schema', rn.nspname,
           'name', coalesce(re.typname, rt.typname), 'array', re.oid IS NOT NULL)
  FROM pg_type rt LEFT JOIN pg_type re ON re.oid = rt.typelem AND re.typarray = rt.oid
  JOIN pg_namespace rn ON rn.oid = coalesce(re.typnamespace, rt.typnamespace) WHERE rt.oid = ${oid})`;

/** Names of columns in the order of an array of their numbers. */
export const columnNames = (relation: string, numbers: string): string => `(
  SELECT json_agg(ca.attname ORDER BY cn.place) FROM unnest(${numbers}) WITH ORDINALITY cn (number, place)
  JOIN pg_attribute ca ON ca.attrelid = ${relation} AND ca.attnum = cn.number)`;

/** The word for a one-letter code. */
export const wordFor = (code: string, words: Readonly<Record<string, string>>): string =>
  `CASE ${code} ${Object.entries(words)
    .map(([letter, word]) => `WHEN '${letter}' THEN '${word}'`)
    .join(" ")} END`;

export const FIRING_MODES = { O: "origin", D: "disabled", R: "replica", A: "always" } as const;

/** The object does not come with an extension, or extensions were asked for ($2). */
export const notOfExtension = (catalog: string, oid: string): string => `($2::boolean OR NOT EXISTS (
  SELECT FROM pg_depend member WHERE member.classid = 'pg_${catalog}'::regclass AND member.objid = ${oid} AND member.deptype = 'e'))`;

/** In one of the schemas that are read ($1). */
export const inSchemas = (namespace: string): string => `${namespace} = ANY ($1::oid[])`;

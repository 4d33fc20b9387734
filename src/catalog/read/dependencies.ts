/** The same numbers for every dependency of one pair of kinds. */
export interface DependencyRow {
  /** OIDs of the catalogs that the objects stand in. */
  readonly class: number;
  readonly referenced_class: number;
  readonly kind: "n" | "a" | "x" | "e";
  /** Four numbers for each: object, column, referenced object, referenced column; a JSON list, for its fast parser. */
  readonly list: readonly number[];
}

/**
 * Objects depend on their schema, which their names say already, and on parts of themselves (`i`): neither is read.
 * System objects come with the first 16,384 numbers; a few extensions do too.
 */
export const DEPENDENCIES = `
SELECT d.classid AS class, d.refclassid AS referenced_class, d.deptype AS kind,
       ('[' || string_agg(concat_ws(',', d.objid, d.objsubid, d.refobjid, d.refobjsubid), ',') || ']')::json AS list
FROM pg_depend d
WHERE d.deptype IN ('n', 'a', 'x', 'e') AND d.refclassid <> 'pg_namespace'::regclass
  AND (d.objid >= 16384 AND d.refobjid >= 16384 OR d.refclassid = 'pg_extension'::regclass)
GROUP BY d.classid, d.refclassid, d.deptype`;

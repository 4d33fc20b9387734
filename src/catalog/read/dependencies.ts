import { inSchemas } from "./sql-fragments.ts";

/** The dependencies between objects of one pair of kinds. */
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
 * System objects come with the first 16,384 numbers; a few extensions do too. The three kinds of which there are many
 * are read of the wanted schemas only; the others are few, and what was not read has no name in the end.
 */
export const DEPENDENCIES = `
SELECT d.classid AS class, d.refclassid AS referenced_class, d.deptype AS kind,
       ('[' || string_agg(concat_ws(',', d.objid, d.objsubid, d.refobjid, d.refobjsubid), ',') || ']')::json AS list
FROM pg_depend d
LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
LEFT JOIN pg_class c ON c.oid = CASE d.classid WHEN 'pg_class'::regclass THEN d.objid ELSE a.adrelid END
WHERE d.deptype IN ('n', 'a', 'x', 'e') AND d.refclassid <> 'pg_namespace'::regclass
  AND (d.objid >= 16384 AND d.refobjid >= 16384 OR d.refclassid = 'pg_extension'::regclass)
  AND ${inSchemas("coalesce(c.relnamespace, k.connamespace)")} IS NOT FALSE
GROUP BY d.classid, d.refclassid, d.deptype`;

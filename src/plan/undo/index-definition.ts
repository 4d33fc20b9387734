import { each, type StatementsExpression, text } from "./sql-text.ts";

/**
 * What an index carries besides its definition, for the `pg_index` rows `i` that `from` yields; executed once the
 * index stands again under its name.
 */
export const indexTrimmings = (from: string): readonly StatementsExpression[] => [
  each(
    text`ALTER INDEX ${"i.indexrelid::regclass"} SET TABLESPACE ${"quote_ident(s.spcname)"}`,
    `${from} JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_tablespace s ON s.oid = x.reltablespace`,
  ),
  each(
    text`ALTER INDEX ${"i.indexrelid::regclass"} ALTER COLUMN ${"a.attnum"} SET STATISTICS ${"a.attstattarget"}`,
    `${from} JOIN pg_attribute a ON a.attrelid = i.indexrelid AND coalesce(a.attstattarget, -1) <> -1 ORDER BY a.attnum`,
  ),
  each(
    text`COMMENT ON INDEX ${"i.indexrelid::regclass"} IS ${"quote_literal(d.description)"}`,
    `${from} JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = i.indexrelid AND d.objsubid = 0`,
  ),
  each(
    text`ALTER TABLE ${"i.indrelid::regclass"} CLUSTER ON ${"quote_ident(x.relname)"}`,
    `${from} JOIN pg_class x ON x.oid = i.indexrelid AND i.indisclustered`,
  ),
  each(
    text`ALTER TABLE ${"i.indrelid::regclass"} REPLICA IDENTITY USING INDEX ${"quote_ident(x.relname)"}`,
    `${from} JOIN pg_class x ON x.oid = i.indexrelid AND i.indisreplident`,
  ),
];

import type { Ask } from "./observe.ts";

/** An expression whose text the server takes for another one: `(ARRAY['a'::character varying])::text[]`. */
const CASTS = "'%])::%'";

/** Selects statements that each make one thing again of the server's own text for it. */
const STATEMENTS: readonly string[] = [
  `SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
   FROM pg_constraint k WHERE k.contype = 'c' AND k.conrelid <> 0 AND k.coninhcount = 0 AND pg_get_constraintdef(k.oid) LIKE ${CASTS}`,
  `SELECT unnest(ARRAY[format('ALTER DOMAIN %s DROP CONSTRAINT %I', k.contypid::regtype, k.conname),
     format('ALTER DOMAIN %s ADD CONSTRAINT %I %s', k.contypid::regtype, k.conname, pg_get_constraintdef(k.oid))])
   FROM pg_constraint k WHERE k.contype = 'c' AND k.contypid <> 0 AND pg_get_constraintdef(k.oid) LIKE ${CASTS}`,
  `SELECT unnest(ARRAY[format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)])
   FROM pg_index i WHERE pg_get_indexdef(i.indexrelid) LIKE ${CASTS}`,
  `SELECT format('ALTER TABLE %s ALTER %I SET %s', d.adrelid::regclass, a.attname,
     CASE a.attgenerated WHEN '' THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE 'EXPRESSION AS (' || pg_get_expr(d.adbin, d.adrelid) || ')' END)
   FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE pg_get_expr(d.adbin, d.adrelid) LIKE ${CASTS}`,
  `SELECT format('ALTER POLICY %I ON %s USING (%s)', p.polname, p.polrelid::regclass, pg_get_expr(p.polqual, p.polrelid))
   FROM pg_policy p WHERE pg_get_expr(p.polqual, p.polrelid) LIKE ${CASTS}`,
  `SELECT format('CREATE OR REPLACE VIEW %s AS %s', c.oid::regclass, pg_get_viewdef(c.oid))
   FROM pg_class c WHERE c.relkind = 'v' AND c.oid >= 16384 AND pg_get_viewdef(c.oid) LIKE ${CASTS}`,
  `SELECT regexp_replace(pg_get_triggerdef(t.oid), '^CREATE', 'CREATE OR REPLACE')
   FROM pg_trigger t WHERE NOT t.tgisinternal AND pg_get_triggerdef(t.oid) LIKE ${CASTS}`,
  `SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.oid >= 16384 AND p.prokind = 'f' AND pg_get_function_sqlbody(p.oid) LIKE ${CASTS}`,
];

/**
 * Has the server read its own text for expressions again, of which it tells some otherwise then, as a dumped and restored
 * schema does: what that leaves is what two schemas are compared by.
 */
export async function readAgain(ask: Ask): Promise<void> {
  await ask("SET search_path TO ''");
  const statements = await ask<{ statement: string }>(
    STATEMENTS.map((sql) => `SELECT s.statement FROM (${sql}) s (statement)`).join(" UNION ALL "),
  );
  for (const { statement } of statements) await ask(statement);
  await ask("RESET search_path");
}

/** What can wait for contract under another name, with what DROP calls it: class, oid, name, what. The row types of relations are no types of their own. */
export const RENAMED_OBJECTS = `SELECT 'pg_proc'::regclass AS class, oid, proname::text AS name, 'ROUTINE' AS what FROM pg_proc
  UNION ALL SELECT 'pg_type'::regclass, t.oid, t.typname, 'TYPE' FROM pg_type AS t
    WHERE NOT EXISTS (SELECT FROM pg_class AS c WHERE c.oid = t.typrelid AND c.relkind <> 'c')
  UNION ALL SELECT 'pg_class'::regclass, oid, relname,
    CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' END FROM pg_class
  UNION ALL SELECT 'pg_collation'::regclass, oid, collname, 'COLLATION' FROM pg_collation
  UNION ALL SELECT 'pg_namespace'::regclass, oid, nspname, 'SCHEMA' FROM pg_namespace`;

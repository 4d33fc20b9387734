import type pg from "pg";

/**
 * What the server says of each object, by the object: an account of a schema that owes nothing to how any of the
 * contenders reads a catalog. Objects of `public`.
 */
export async function factsOf(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  await client.query("SET search_path = ''");
  const { rows } = await client.query<{ object: string; fact: string }>(FACTS);
  return new Map(rows.map(({ object, fact }) => [object, fact]));
}

/** Objects that are not the same on both sides, how many of each kind. */
export function differingKinds(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const kinds = new Map<string, number>();
  for (const object of new Set([...one.keys(), ...other.keys()])) {
    if (one.get(object) === other.get(object)) continue;
    const kind = object.slice(0, object.indexOf(":"));
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return kinds;
}

const FACTS = `
WITH place AS (SELECT 'public'::regnamespace::oid AS oid),
relation AS (SELECT c.* FROM pg_class c, place p WHERE c.relnamespace = p.oid)
SELECT concat('table: ', relname) AS object, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity, relowner::regrole, reloptions) AS fact
FROM relation WHERE relkind IN ('r', 'p')
UNION ALL
SELECT concat('column: ', c.relname, '.', a.attname),
  concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attcollation)
FROM relation c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE c.relkind IN ('r', 'p', 'v')
UNION ALL
SELECT concat('constraint: ', c.relname, '.', o.conname), concat_ws(' ', o.convalidated, pg_get_constraintdef(o.oid))
FROM relation c JOIN pg_constraint o ON o.conrelid = c.oid
UNION ALL
SELECT concat('index: ', c.relname), concat_ws(' ', i.indisvalid, pg_get_indexdef(c.oid))
FROM relation c JOIN pg_index i ON i.indexrelid = c.oid
UNION ALL
SELECT concat('view: ', relname), concat_ws(' ', relowner::regrole, reloptions, pg_get_viewdef(oid)) FROM relation WHERE relkind = 'v'
UNION ALL
SELECT concat('function: ', r.oid::regprocedure), pg_get_functiondef(r.oid) FROM pg_proc r, place p WHERE r.pronamespace = p.oid
UNION ALL
SELECT concat('trigger: ', c.relname, '.', t.tgname), concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
UNION ALL
SELECT concat('policy: ', tablename, '.', policyname), concat_ws(' ', permissive, roles, cmd, qual, with_check) FROM pg_policies WHERE schemaname = 'public'
UNION ALL
SELECT concat('grant: ', c.relname, ' ', g.grantee::regrole, ' ', g.privilege_type), g.is_grantable::text
FROM relation c CROSS JOIN LATERAL aclexplode(c.relacl) g WHERE g.grantee <> c.relowner
UNION ALL
SELECT concat('comment: ', c.relname, '.', a.attname), d.description
FROM relation c JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
UNION ALL
SELECT concat('sequence: ', relname), concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcycle)
FROM relation c JOIN pg_sequence s ON s.seqrelid = c.oid`;

import type { Row } from "./database.ts";

/** Anything that runs a query: a test database, a client of one. */
export type Ask = (sql: string) => Promise<readonly Row[]>;

const OURS = "nspname !~ '^pg_(catalog|toast)' AND nspname <> 'information_schema'";

/** Rows of a catalog whose objects lie in a schema of the application's. */
const inSchema = (catalog: string, alias: string, namespace: string): string =>
  `${catalog} ${alias} JOIN pg_namespace n ON n.oid = ${alias}.${namespace} AND n.${OURS}`;

const acl = (list: string, kind: string, owner: string): string =>
  `coalesce((SELECT string_agg(concat(e.grantee::regrole, '=', e.privilege_type, CASE WHEN e.is_grantable THEN '*' END, '/', e.grantor::regrole), ' '
     ORDER BY e.grantee::regrole::text, e.privilege_type, e.grantor::regrole::text)
     FROM aclexplode(coalesce(${list}, acldefault(${kind}, ${owner}))) e), '')`;

const sorted = (list: string): string => `coalesce((SELECT string_agg(o, ',' ORDER BY o) FROM unnest(${list}) o), '')`;

const oid = (kind: string, catalog: string, id: string): string =>
  `(SELECT i.identity FROM pg_identify_object('${catalog}'::regclass, ${id}, 0) i) AS name, '${kind}' AS kind`;

/** For each kind a query for `kind`, `name` and one row of details as JSON, none of which is an OID. */
const KINDS: readonly string[] = [
  `SELECT n.nspname AS name, 'schema' AS kind, jsonb_build_object('owner', n.nspowner::regrole, 'acl', ${acl("n.nspacl", "'n'", "n.nspowner")}) AS detail
   FROM pg_namespace n WHERE n.${OURS} AND n.nspname !~ '^pg_temp'`,
  `SELECT c.oid::regclass::text, 'relation', jsonb_build_object('kind', c.relkind, 'owner', c.relowner::regrole, 'persistence', c.relpersistence,
     'acl', ${acl("c.relacl", "CASE c.relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r'::\"char\" END", "c.relowner")}, 'options', ${sorted("c.reloptions")},
     'toast options', ${sorted("(SELECT x.reloptions FROM pg_class x WHERE x.oid = c.reltoastrelid)")},
     'tablespace', (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace), 'access method', (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam),
     'replica identity', c.relreplident, 'rls', c.relrowsecurity, 'forced rls', c.relforcerowsecurity, 'of', nullif(c.reloftype, 0)::regtype,
     'bound', pg_get_expr(c.relpartbound, c.oid), 'key', CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END, 'populated', c.relispopulated,
     'view', CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
   FROM ${inSchema("pg_class", "c", "relnamespace")}`,
  `SELECT a.attrelid::regclass || '.' || quote_ident(a.attname), 'column', jsonb_build_object('position', rank() OVER (PARTITION BY a.attrelid ORDER BY a.attnum),
     'type', format_type(a.atttypid, a.atttypmod), 'collation', (SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation), 'not null', a.attnotnull,
     'expression', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity, 'generated', a.attgenerated, 'storage', a.attstorage, 'compression', a.attcompression,
     'statistics', coalesce(a.attstattarget, -1), 'options', ${sorted("a.attoptions")}, 'foreign options', ${sorted("a.attfdwoptions")},
     'acl', ${acl("a.attacl", "'c'", "c.relowner")}, 'local', a.attislocal, 'inherited', a.attinhcount)
   FROM ${inSchema("pg_class", "c", "relnamespace")} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum`,
  `SELECT i.inhrelid::regclass::text, 'parent', to_jsonb(array_agg(i.inhparent::regclass::text ORDER BY i.inhseqno)) FROM pg_inherits i GROUP BY i.inhrelid`,
  // PostgreSQL's own constraints on a table that references a partitioned one are left out.
  `SELECT concat(nullif(k.conrelid, 0)::regclass, nullif(k.contypid, 0)::regtype, '.', k.conname), 'constraint', jsonb_build_object('definition', pg_get_constraintdef(k.oid),
     'validated', k.convalidated, 'local', k.conislocal, 'inherited', k.coninhcount, 'no inherit', k.connoinherit)
   FROM ${inSchema("pg_constraint", "k", "connamespace")} WHERE NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)`,
  `SELECT i.indexrelid::regclass::text, 'index', jsonb_build_object('definition', pg_get_indexdef(i.indexrelid), 'valid', i.indisvalid, 'clustered', i.indisclustered,
     'replica identity', i.indisreplident) FROM ${inSchema("pg_class", "c", "relnamespace")} JOIN pg_index i ON i.indexrelid = c.oid`,
  `SELECT concat(g.tgrelid::regclass, '.', CASE WHEN g.tgisinternal THEN concat(k.conname, ' ', g.tgtype, ' ', g.tgfoid::regproc, ' ', g.tgconstrrelid::regclass) ELSE g.tgname END), 'trigger',
     jsonb_build_object('definition', CASE WHEN NOT g.tgisinternal THEN pg_get_triggerdef(g.oid) END, 'enabled', g.tgenabled)
   FROM ${inSchema("pg_class", "c", "relnamespace")} JOIN pg_trigger g ON g.tgrelid = c.oid LEFT JOIN pg_constraint k ON k.oid = g.tgconstraint`,
  `SELECT p.polrelid::regclass || '.' || p.polname, 'policy', jsonb_build_object('permissive', p.polpermissive, 'command', p.polcmd,
     'roles', ARRAY(SELECT r::regrole::text FROM unnest(p.polroles) r ORDER BY 1), 'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
   FROM pg_policy p`,
  `SELECT r.ev_class::regclass || '.' || r.rulename, 'rule', jsonb_build_object('definition', pg_get_ruledef(r.oid), 'enabled', r.ev_enabled)
   FROM ${inSchema("pg_class", "c", "relnamespace")} JOIN pg_rewrite r ON r.ev_class = c.oid`,
  `SELECT p.oid::regprocedure::text, 'routine', jsonb_build_object('definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, 'owner', p.proowner::regrole,
     'acl', ${acl("p.proacl", "'f'", "p.proowner")}) FROM ${inSchema("pg_proc", "p", "pronamespace")}`,
  `SELECT s.seqrelid::regclass::text, 'sequence', to_jsonb(s) - 'seqrelid' - 'seqtypid' || jsonb_build_object('type', s.seqtypid::regtype,
     'state', query_to_xml('SELECT last_value, is_called FROM ' || s.seqrelid::regclass, true, false, '')::text,
     'owner', (SELECT concat(d.refobjid::regclass, '.', d.refobjsubid, d.deptype) FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.refobjsubid > 0))
   FROM pg_sequence s`,
  `SELECT t.oid::regtype::text, 'type', jsonb_build_object('kind', t.typtype, 'owner', t.typowner::regrole, 'acl', ${acl("t.typacl", "'T'", "t.typowner")},
     'labels', ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), 'base', format_type(nullif(t.typbasetype, 0), t.typtypmod),
     'default', t.typdefault, 'not null', t.typnotnull, 'range of', (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid))
   FROM ${inSchema("pg_type", "t", "typnamespace")}`,
  `SELECT concat(i.type, ' ', i.identity), 'comment', to_jsonb(d.description) FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE d.objoid >= 16384 OR d.classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass, 'pg_language'::regclass)`,
  `SELECT concat(i.type, ' ', i.identity), 'comment', to_jsonb(d.description) FROM pg_shdescription d, pg_identify_object(d.classoid, d.objoid, 0) i
   WHERE i.identity IN (SELECT quote_ident(r) FROM our_roles r UNION ALL SELECT quote_ident(current_database()))`,
  `SELECT e.extname, 'extension', jsonb_build_object('version', e.extversion, 'schema', e.extnamespace::regnamespace) FROM pg_extension e`,
  `SELECT ${oid("statistics", "pg_statistic_ext", "s.oid")}, jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid), 'target', coalesce(s.stxstattarget, -1), 'owner', s.stxowner::regrole) FROM pg_statistic_ext s`,
  `SELECT p.pubname, 'publication', to_jsonb(p) - 'oid' - 'pubowner' || jsonb_build_object('owner', p.pubowner::regrole,
     'tables', ARRAY(SELECT concat(r.prrelid::regclass, ' ', to_jsonb(r) ->> 'prattrs', ' ', (SELECT to_jsonb(v) ->> 'rowfilter' FROM pg_publication_tables v
       WHERE v.pubname = p.pubname AND concat(quote_ident(v.schemaname), '.', quote_ident(v.tablename)) = r.prrelid::regclass::text)) FROM pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY 1),
     'schemas', ARRAY(SELECT s.pnnspid::regnamespace::text FROM pg_publication_namespace s WHERE s.pnpubid = p.oid ORDER BY 1)) FROM pg_publication p`,
  `SELECT e.evtname, 'event trigger', jsonb_build_object('event', e.evtevent, 'function', e.evtfoid::regproc, 'enabled', e.evtenabled, 'tags', e.evttags, 'owner', e.evtowner::regrole) FROM pg_event_trigger e`,
  `SELECT ${oid("cast", "pg_cast", "c.oid")}, jsonb_build_object('context', c.castcontext, 'method', c.castmethod) FROM pg_cast c WHERE c.oid >= 16384`,
  `SELECT ${oid("operator", "pg_operator", "o.oid")}, jsonb_build_object('function', o.oprcode::regproc, 'owner', o.oprowner::regrole) FROM pg_operator o WHERE o.oid >= 16384`,
  `SELECT ${oid("operator class", "pg_opclass", "o.oid")}, to_jsonb(o.opcowner::regrole) FROM pg_opclass o WHERE o.oid >= 16384`,
  `SELECT ${oid("operator family", "pg_opfamily", "o.oid")}, to_jsonb(o.opfowner::regrole) FROM pg_opfamily o WHERE o.oid >= 16384`,
  `SELECT ${oid("collation", "pg_collation", "c.oid")}, to_jsonb(c.collowner::regrole) FROM pg_collation c WHERE c.oid >= 16384`,
  `SELECT ${oid("conversion", "pg_conversion", "c.oid")}, to_jsonb(c.conowner::regrole) FROM pg_conversion c WHERE c.oid >= 16384`,
  `SELECT ${oid("text search configuration", "pg_ts_config", "c.oid")}, to_jsonb(c.cfgowner::regrole) FROM pg_ts_config c WHERE c.oid >= 16384`,
  `SELECT w.fdwname, 'foreign data wrapper', jsonb_build_object('owner', w.fdwowner::regrole, 'options', ${sorted("w.fdwoptions")}) FROM pg_foreign_data_wrapper w`,
  `SELECT s.srvname, 'server', jsonb_build_object('owner', s.srvowner::regrole, 'options', ${sorted("s.srvoptions")}, 'acl', ${acl("s.srvacl", "'S'", "s.srvowner")}) FROM pg_foreign_server s`,
  `SELECT concat(m.srvname, ' ', m.usename), 'user mapping', to_jsonb(m.umoptions) FROM pg_user_mappings m`,
  `SELECT concat(d.defaclrole::regrole, ' ', d.defaclnamespace::regnamespace, ' ', d.defaclobjtype), 'default privileges', to_jsonb(d.defaclacl::text) FROM pg_default_acl d`,
  `SELECT concat(CASE s.setrole WHEN 0 THEN 'all' ELSE s.setrole::regrole::text END, ' in ', d.datname), 'settings', to_jsonb(${sorted("s.setconfig")}) FROM pg_db_role_setting s
   LEFT JOIN pg_database d ON d.oid = s.setdatabase
   WHERE d.datname = current_database() OR s.setdatabase = 0 AND s.setrole::regrole::text IN (SELECT quote_ident(r) FROM our_roles r)`,
  `SELECT r.rolname, 'role', jsonb_build_object('login', r.rolcanlogin, 'member of', ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid ORDER BY 1)) FROM pg_roles r WHERE r.rolname IN (SELECT o.r FROM our_roles o)`,
  `SELECT l.lanname, 'language', ${`to_jsonb(${acl("l.lanacl", "'l'", "l.lanowner")})`} FROM pg_language l`,
  `SELECT current_database(), 'database', jsonb_build_object('acl', ${acl("d.datacl", "'d'", "d.datdba")}, 'owner', d.datdba::regrole) FROM pg_database d WHERE d.datname = current_database()`,
];

/**
 * Everything in the catalog that a migration may change, one line for each object, column, comment, …, sorted and free
 * of OIDs: equal lines mean an equal schema.
 *
 * @param roles roles that belong to the test; others come and go, for a server has one set of them
 */
export async function schemaSnapshot(ask: Ask, roles: readonly string[] = []): Promise<string[]> {
  const names = `SELECT unnest(ARRAY[${roles.map((role) => `'${role}'`).join(", ")}]::text[]) AS r`;
  const lines = KINDS.map((sql) => `(${sql})`).join("\nUNION ALL ");
  await ask("SET search_path TO ''");
  const rows = await ask(
    `WITH our_roles AS (${names}) SELECT s.kind || ' ' || s.name || ' ' || s.detail AS line FROM (${lines}) s ORDER BY 1`,
  );
  await ask("RESET search_path");
  return rows.map(({ line }) => String(line));
}

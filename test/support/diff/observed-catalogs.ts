/** How the rows of one of PostgreSQL's catalogs are told without OIDs; columns not named here are told as they are. */
export interface ObservedCatalog {
  readonly name: string;
  /** SQL: what the row describes. `x` is the row. */
  readonly identity: string;
  /** SQL: whether the row belongs to the user's schema. Default: its OID is one of the user's. */
  readonly where?: string;
  /** Columns that say nothing about the schema, or are told by `also`. */
  readonly without?: readonly string[];
  /** Further facts, as SQL. */
  readonly also?: Readonly<Record<string, string>>;
  /** The kind of object in the words of acldefault, and its owner: SQL each. */
  readonly acl?: readonly [kind: string, owner: string];
}

/** First OID that is not the server's own. */
const USER = 16384;

const identify = (catalog: string, oid = "x.oid"): string =>
  `(SELECT concat(i.type, ' ', i.identity) FROM pg_identify_object('${catalog}'::regclass, ${oid}, 0) i)`;

const NOT_TOAST = "<> 'pg_toast'::regnamespace";

/** Types that come and go with a relation or with another type. */
export const TYPE_OF_ITS_OWN =
  "NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = x.oid) AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = x.typrelid AND c.relkind <> 'c')";

/** Constraints that the server makes for the partitions of the table a foreign key refers to, under names it chooses. */
const FOR_REFERENCED_PARTITION =
  "EXISTS (SELECT FROM pg_constraint p WHERE p.oid = x.conparentid AND p.conrelid = x.conrelid)";

/** A check that a table has from its parents: it is as valid as theirs, and VALIDATE CONSTRAINT of theirs proves it too. */
const FROM_ABOVE = "x.contype = 'c' AND x.coninhcount > 0";

const named = (relation: string, numbers: string): string =>
  `(SELECT jsonb_agg(a.attname ORDER BY n.place) FROM unnest(${numbers}) WITH ORDINALITY n (number, place) LEFT JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = n.number)`;

const inDatabase = "(SELECT d.oid FROM pg_database d WHERE d.datname = current_database())";

/** Every catalog of the schema's. Roles, tablespaces and what belongs to sessions or to statistics is left out. */
export const OBSERVED_CATALOGS: readonly ObservedCatalog[] = [
  {
    name: "pg_namespace",
    identity: identify("pg_namespace"),
    where: `x.oid >= ${USER} AND x.nspname !~ '^pg_' OR x.nspname = 'public'`,
    acl: ["'n'", "x.nspowner"],
  },
  {
    name: "pg_class",
    identity: "x.oid::regclass",
    where: `x.oid >= ${USER} AND x.relnamespace ${NOT_TOAST}`,
    without: [
      "relfilenode relpages reltuples relallvisible relallfrozen reltoastrelid relhasindex relhasrules relhastriggers relhassubclass",
      "relrewrite relfrozenxid relminmxid relnatts reltype relpartbound",
    ],
    also: {
      bound: "pg_get_expr(x.relpartbound, x.oid)",
      toast: "ARRAY(SELECT o FROM pg_class t, unnest(t.reloptions) o WHERE t.oid = x.reltoastrelid ORDER BY o)",
      definition: "CASE WHEN x.relkind IN ('v', 'm') THEN pg_get_viewdef(x.oid) END",
      "as of row type": "nullif(x.reloftype, 0)::regtype",
    },
    acl: [`CASE x.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END`, "x.relowner"],
  },
  {
    name: "pg_attribute",
    identity:
      "(SELECT concat(c.oid::regclass, '.', CASE WHEN c.relkind IN ('i', 'I') THEN x.attnum::text ELSE x.attname END) FROM pg_class c WHERE c.oid = x.attrelid)",
    where: `x.attrelid >= ${USER} AND x.attnum > 0 AND NOT x.attisdropped AND (SELECT c.relnamespace ${NOT_TOAST} FROM pg_class c WHERE c.oid = x.attrelid)`,
    // An index keeps the names that its columns once had. No statement alters whether a child also declares by itself what it inherits.
    without: [
      "attrelid attislocal attname attnum attndims attcacheoff attmissingval atthasmissing attlen attbyval attalign attstattarget atttypid atttypmod",
    ],
    also: {
      type: "format_type(x.atttypid, x.atttypmod)",
      "statistics target": "nullif(x.attstattarget, -1)",
      place: "(SELECT x.attnum FROM pg_class c WHERE c.oid = x.attrelid AND c.relkind IN ('v', 'm'))",
    },
    acl: ["'c'", "(SELECT c.relowner FROM pg_class c WHERE c.oid = x.attrelid)"],
  },
  {
    name: "pg_attrdef",
    identity: identify("pg_attrdef"),
    without: ["adnum"],
    also: { expression: "pg_get_expr(x.adbin, x.adrelid)" },
  },
  {
    name: "pg_constraint",
    identity: "concat(nullif(x.conrelid, 0)::regclass, nullif(x.contypid, 0)::regtype, '.', x.conname)",
    where: `x.oid >= ${USER} AND NOT ${FOR_REFERENCED_PARTITION}`,
    // Of keys it means nothing, and depends on whether a partition was made or attached.
    without: ["conkey conparentid connoinherit conislocal convalidated"],
    also: {
      columns: named("x.conrelid", "x.conkey"),
      definition: `CASE WHEN ${FROM_ABOVE} THEN regexp_replace(pg_get_constraintdef(x.oid), ' NOT VALID$', '') ELSE pg_get_constraintdef(x.oid) END`,
      validated: `CASE WHEN NOT (${FROM_ABOVE}) THEN x.convalidated END`,
      "no inherit": "CASE WHEN x.contype IN ('c', 'n') THEN x.connoinherit END",
      parent: "(SELECT concat(p.conrelid::regclass, '.', p.conname) FROM pg_constraint p WHERE p.oid = x.conparentid)",
    },
  },
  {
    name: "pg_index",
    identity: "x.indexrelid::regclass",
    where: `x.indexrelid >= ${USER} AND (SELECT c.relnamespace ${NOT_TOAST} FROM pg_class c WHERE c.oid = x.indexrelid)`,
    without: ["indkey indcheckxmin"],
    also: { definition: "pg_get_indexdef(x.indexrelid)" },
  },
  {
    name: "pg_inherits",
    identity: "concat(x.inhrelid::regclass, ' of ', x.inhparent::regclass)",
    where: "true",
    without: ["inhseqno"],
  },
  {
    name: "pg_partitioned_table",
    identity: "x.partrelid::regclass",
    where: "true",
    without: ["partattrs"],
    also: { key: "pg_get_partkeydef(x.partrelid)" },
  },
  {
    name: "pg_rewrite",
    identity: identify("pg_rewrite"),
    also: { definition: "pg_get_ruledef(x.oid)" },
  },
  {
    name: "pg_trigger",
    identity:
      "concat(x.tgrelid::regclass, '.', CASE WHEN x.tgisinternal THEN concat((SELECT k.conname FROM pg_constraint k WHERE k.oid = x.tgconstraint), ' ', x.tgtype, ' ', x.tgfoid::regproc, ' ', x.tgconstrrelid::regclass) ELSE x.tgname END)",
    where: `x.oid >= ${USER} AND NOT EXISTS (SELECT FROM pg_constraint x WHERE x.oid = tgconstraint AND ${FOR_REFERENCED_PARTITION})`,
    without: ["tgname tgattr tgconstraint tgparentid"],
    also: {
      definition: "CASE WHEN NOT x.tgisinternal THEN pg_get_triggerdef(x.oid) END",
      parent:
        "(SELECT concat(p.tgrelid::regclass, '.', p.tgname) FROM pg_trigger p WHERE p.oid = x.tgparentid AND NOT x.tgisinternal)",
    },
  },
  {
    name: "pg_policy",
    identity: identify("pg_policy"),
    without: ["polroles"],
    also: {
      using: "pg_get_expr(x.polqual, x.polrelid)",
      check: "pg_get_expr(x.polwithcheck, x.polrelid)",
      roles: "ARRAY(SELECT CASE r WHEN 0 THEN 'public' ELSE r::regrole::text END FROM unnest(x.polroles) r ORDER BY 1)",
    },
  },
  {
    name: "pg_proc",
    identity: "x.oid::regprocedure",
    acl: ["'f'", "x.proowner"],
    also: {
      definition: "CASE WHEN x.prokind <> 'a' THEN pg_get_functiondef(x.oid) END",
      arguments: "pg_get_function_arguments(x.oid)",
    },
  },
  { name: "pg_aggregate", identity: "x.aggfnoid::regprocedure", where: `x.aggfnoid >= ${USER}` },
  {
    name: "pg_type",
    identity: "x.oid::regtype",
    where: `x.oid >= ${USER} AND ${TYPE_OF_ITS_OWN}`,
    without: ["typarray typrelid"],
    acl: ["'T'", "x.typowner"],
  },
  {
    name: "pg_enum",
    identity: "concat(x.enumtypid::regtype, '.', x.enumlabel)",
    without: ["enumsortorder"],
    also: {
      place: "(SELECT count(*) FROM pg_enum e WHERE e.enumtypid = x.enumtypid AND e.enumsortorder < x.enumsortorder)",
    },
  },
  { name: "pg_range", identity: "x.rngtypid::regtype", where: `x.rngtypid >= ${USER}` },
  { name: "pg_sequence", identity: "x.seqrelid::regclass", where: "true" },
  {
    name: "pg_statistic_ext",
    identity: identify("pg_statistic_ext"),
    without: ["stxkeys stxstattarget"],
    also: { definition: "pg_get_statisticsobjdef(x.oid)", target: "nullif(x.stxstattarget, -1)" },
  },
  {
    name: "pg_description",
    identity: "(SELECT concat(i.type, ' ', i.identity) FROM pg_identify_object(x.classoid, x.objoid, x.objsubid) i)",
    where: `x.objoid >= ${USER} OR x.classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass, 'pg_language'::regclass)`,
    without: ["objoid classoid objsubid"],
  },
  {
    name: "pg_shdescription",
    identity: "'this database'",
    where: `x.classoid = 'pg_database'::regclass AND x.objoid = ${inDatabase}`,
    without: ["objoid classoid"],
  },
  { name: "pg_extension", identity: "x.extname", where: "true" },
  { name: "pg_event_trigger", identity: "x.evtname" },
  { name: "pg_publication", identity: "x.pubname" },
  {
    name: "pg_publication_rel",
    identity: identify("pg_publication_rel"),
    without: ["prattrs"],
    also: {
      columns:
        "(SELECT jsonb_agg(a.attname ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = x.prrelid AND a.attnum = ANY (x.prattrs))",
      rows: "pg_get_expr(x.prqual, x.prrelid)",
    },
  },
  { name: "pg_publication_namespace", identity: identify("pg_publication_namespace") },
  {
    name: "pg_subscription",
    identity: "x.subname",
    where: `x.subdbid = ${inDatabase}`,
    without: ["subdbid subskiplsn"],
  },
  { name: "pg_foreign_data_wrapper", identity: "x.fdwname", acl: ["'F'", "x.fdwowner"] },
  { name: "pg_foreign_server", identity: "x.srvname", acl: ["'S'", "x.srvowner"] },
  { name: "pg_foreign_table", identity: "x.ftrelid::regclass", where: "true" },
  { name: "pg_user_mapping", identity: identify("pg_user_mapping") },
  { name: "pg_cast", identity: identify("pg_cast") },
  { name: "pg_transform", identity: identify("pg_transform") },
  { name: "pg_operator", identity: identify("pg_operator") },
  { name: "pg_opclass", identity: identify("pg_opclass") },
  { name: "pg_opfamily", identity: identify("pg_opfamily") },
  { name: "pg_amop", identity: identify("pg_amop") },
  { name: "pg_amproc", identity: identify("pg_amproc") },
  { name: "pg_am", identity: "x.amname" },
  { name: "pg_collation", identity: identify("pg_collation") },
  { name: "pg_conversion", identity: identify("pg_conversion") },
  {
    name: "pg_language",
    identity: "x.lanname",
    where: `x.oid >= ${USER} OR x.lanname = 'plpgsql'`,
    acl: ["'l'", "x.lanowner"],
  },
  { name: "pg_ts_config", identity: identify("pg_ts_config") },
  {
    name: "pg_ts_config_map",
    identity: "concat(x.mapcfg::regconfig, ' ', x.maptokentype, ' ', x.mapseqno)",
    where: `x.mapcfg >= ${USER}`,
  },
  { name: "pg_ts_dict", identity: identify("pg_ts_dict") },
  { name: "pg_ts_parser", identity: identify("pg_ts_parser") },
  { name: "pg_ts_template", identity: identify("pg_ts_template") },
  {
    name: "pg_default_acl",
    identity: "concat(x.defaclrole::regrole, ' ', nullif(x.defaclnamespace, 0)::regnamespace, ' ', x.defaclobjtype)",
    acl: ["'s'", "x.defaclrole"],
  },
  {
    name: "pg_db_role_setting",
    identity: "CASE x.setrole WHEN 0 THEN 'all' ELSE x.setrole::regrole::text END",
    where: `x.setdatabase = ${inDatabase}`,
    without: ["setdatabase"],
  },
];

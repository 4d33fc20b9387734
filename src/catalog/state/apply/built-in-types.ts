/** How PostgreSQL spells those of its types whose SQL name is not the one in pg_type. */
export const SPELLINGS: Readonly<Record<string, string>> = {
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  bool: "boolean",
  varchar: "character varying",
  varbit: "bit varying",
  char: '"char"',
};

/** The types in pg_catalog that people use; all others must be written with their schema or are somebody's own. */
export const BUILT_IN_TYPES: ReadonlySet<string> = new Set(
  `
  bit bool box bpchar bytea char cid cidr circle date float4 float8 gtsvector inet int2 int2vector int4 int8 interval
  json jsonb jsonpath line lseg macaddr macaddr8 money name numeric oid oidvector path pg_lsn pg_snapshot point polygon
  refcursor regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole
  regtype text tid time timestamp timestamptz timetz tsquery tsvector txid_snapshot uuid varbit varchar xid xid8 xml
  int4range int8range numrange daterange tsrange tstzrange int4multirange int8multirange nummultirange datemultirange
  tsmultirange tstzmultirange any anyarray anycompatible anycompatiblearray anycompatiblenonarray anycompatiblerange
  anyelement anyenum anymultirange anynonarray anyrange cstring event_trigger fdw_handler index_am_handler internal
  language_handler pg_ddl_command record table_am_handler trigger tsm_handler unknown void
  `
    .trim()
    .split(/\s+/),
);

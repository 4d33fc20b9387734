import { attributeCases } from "../attribute-case.ts";

const P = "publications[p]";
const S = "subscriptions[s]";
const X = "statistics[public.x]";
const W = "foreignDataWrappers[w]";
const V = "foreignServers[v]";
const subscription = (options: string): string =>
  `CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere password=geheim' PUBLICATION p WITH (connect = false, slot_name = NONE${options})`;
const grant = { grantee: "pg_monitor", grantor: "postgres", privilege: "SELECT", grantable: false };
const TABLES = { given: "CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE u (a int PRIMARY KEY)" };
const FOREIGN = { given: "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER v FOREIGN DATA WRAPPER w" };

export const REPLICATION_CASES = attributeCases(
  [
    ["publication", "SELECT", "CREATE PUBLICATION p", `${P}.tables`, [undefined, []]],
    ["all tables", "CREATE PUBLICATION p", "CREATE PUBLICATION p FOR ALL TABLES", `${P}.allTables`, [false, true]],
    [
      "published tables",
      "CREATE PUBLICATION p FOR TABLE t",
      "CREATE PUBLICATION p FOR TABLE u, t",
      `${P}.tables`,
      [
        [{ schema: "public", name: "t" }],
        [
          { schema: "public", name: "t" },
          { schema: "public", name: "u" },
        ],
      ],
    ],
    [
      "published columns",
      "CREATE PUBLICATION p FOR TABLE t",
      "CREATE PUBLICATION p FOR TABLE t (a)",
      `${P}.tables[public.t].columns`,
      [undefined, ["a"]],
      { since: 15 },
    ],
    [
      "published rows",
      "CREATE PUBLICATION p FOR TABLE t",
      "CREATE PUBLICATION p FOR TABLE t WHERE (a > 0)",
      `${P}.tables[public.t].where`,
      [undefined, "(a > 0)"],
      { since: 15 },
    ],
    [
      "published schemas",
      "CREATE PUBLICATION p",
      "CREATE PUBLICATION p FOR TABLES IN SCHEMA public",
      `${P}.schemas`,
      [[], ["public"]],
      { since: 15 },
    ],
    [
      "published operations",
      "CREATE PUBLICATION p",
      "CREATE PUBLICATION p WITH (publish = 'insert, truncate')",
      `${P}.publishes`,
      [
        ["insert", "update", "delete", "truncate"],
        ["insert", "truncate"],
      ],
    ],
    [
      "published via root",
      "CREATE PUBLICATION p",
      "CREATE PUBLICATION p WITH (publish_via_partition_root)",
      `${P}.viaPartitionRoot`,
      [false, true],
    ],
    [
      "published generated columns",
      "CREATE PUBLICATION p",
      "CREATE PUBLICATION p WITH (publish_generated_columns = stored)",
      `${P}.generatedColumns`,
      ["none", "stored"],
      { since: 18 },
    ],
    [
      "publication comment",
      "CREATE PUBLICATION p",
      "CREATE PUBLICATION p; COMMENT ON PUBLICATION p IS 'x'",
      `${P}.comment`,
      [undefined, "x"],
    ],
    ["subscription", "SELECT", subscription(""), `${S}.publications`, [undefined, ["p"]]],
    ["subscription binary", subscription(""), subscription(", binary"), `${S}.options.binary`, ["false", "true"]],
    [
      "subscription streaming",
      subscription(", streaming = off"),
      subscription(", streaming = on"),
      `${S}.options.streaming`,
      ["off", "on"],
    ],
    [
      "subscription two-phase",
      subscription(""),
      subscription(", two_phase"),
      `${S}.options.two_phase`,
      ["false", "true"],
      { since: 15 },
    ],
    [
      "subscription origin",
      subscription(""),
      subscription(", origin = none"),
      `${S}.options.origin`,
      ["any", "none"],
      { since: 16 },
    ],
    [
      "subscription failover",
      subscription(""),
      subscription(", failover"),
      `${S}.options.failover`,
      ["false", "true"],
      { since: 17 },
    ],
    [
      "subscription slot",
      subscription(""),
      `${subscription("")}; ALTER SUBSCRIPTION s SET (slot_name = 'own')`,
      `${S}.slot`,
      [undefined, "own"],
    ],
    ["statistics object", "SELECT", "CREATE STATISTICS x ON a, b FROM t", `${X}.columns`, [undefined, ["a", "b"]]],
    [
      "statistics kinds",
      "CREATE STATISTICS x ON a, b FROM t",
      "CREATE STATISTICS x (mcv, ndistinct) ON a, b FROM t",
      `${X}.kinds`,
      [
        ["ndistinct", "dependencies", "mcv"],
        ["ndistinct", "mcv"],
      ],
    ],
    [
      "statistics expressions",
      "CREATE STATISTICS x ON a, b FROM t",
      "CREATE STATISTICS x ON a, (b + 1) FROM t",
      `${X}.expressions`,
      [[], ["(b + 1)"]],
    ],
    [
      "statistics object's target",
      "CREATE STATISTICS x ON a, b FROM t",
      "CREATE STATISTICS x ON a, b FROM t; ALTER STATISTICS x SET STATISTICS 77",
      `${X}.target`,
      [undefined, 77],
    ],
    [
      "statistics object's comment",
      "CREATE STATISTICS x ON a, b FROM t",
      "CREATE STATISTICS x ON a, b FROM t; COMMENT ON STATISTICS x IS 'x'",
      `${X}.comment`,
      [undefined, "x"],
    ],
  ],
  TABLES,
);

export const FOREIGN_DATA_CASES = attributeCases([
  ["foreign data wrapper", "SELECT", "CREATE FOREIGN DATA WRAPPER w", `${W}.owner`, [undefined, "postgres"]],
  [
    "wrapper's validator",
    "CREATE FOREIGN DATA WRAPPER w",
    "CREATE FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator",
    `${W}.validator.name`,
    [undefined, "postgresql_fdw_validator"],
  ],
  [
    "wrapper's options",
    "CREATE FOREIGN DATA WRAPPER w",
    "CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'on')",
    `${W}.options`,
    [{}, { debug: "on" }],
  ],
  [
    "wrapper's grant",
    "CREATE FOREIGN DATA WRAPPER w",
    "CREATE FOREIGN DATA WRAPPER w; GRANT USAGE ON FOREIGN DATA WRAPPER w TO pg_monitor",
    `${W}.grants[#1].grantee`,
    [undefined, "pg_monitor"],
  ],
  [
    "server's type",
    "CREATE SERVER v2 FOREIGN DATA WRAPPER w",
    "CREATE SERVER v2 TYPE 'x' FOREIGN DATA WRAPPER w",
    "foreignServers[v2].type",
    [undefined, "x"],
    FOREIGN,
  ],
  [
    "server's version",
    "CREATE SERVER v2 FOREIGN DATA WRAPPER w",
    "CREATE SERVER v2 VERSION '3' FOREIGN DATA WRAPPER w",
    "foreignServers[v2].version",
    [undefined, "3"],
    FOREIGN,
  ],
  [
    "server's options",
    "SELECT",
    "ALTER SERVER v OPTIONS (ADD host 'db', ADD password 'geheim')",
    `${V}.options`,
    [{}, { host: "db", password: "(hidden)" }],
    FOREIGN,
  ],
  [
    "server's owner",
    "SELECT",
    "ALTER SERVER v OWNER TO pg_read_all_data",
    `${V}.owner`,
    ["postgres", "pg_read_all_data"],
    { given: `${FOREIGN.given}; GRANT USAGE ON FOREIGN DATA WRAPPER w TO pg_read_all_data` },
  ],
  ["server's comment", "SELECT", "COMMENT ON SERVER v IS 'x'", `${V}.comment`, [undefined, "x"], FOREIGN],
  [
    "user mapping",
    "SELECT",
    "CREATE USER MAPPING FOR public SERVER v OPTIONS (user 'u', password 'geheim')",
    "userMappings[#1]",
    [undefined, { server: "v", user: "public", optionNames: ["password", "user"] }],
    FOREIGN,
  ],
]);

export const PRIVILEGE_CASES = attributeCases([
  [
    "default privileges",
    "SELECT",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor",
    "defaultPrivileges[#1]",
    [undefined, { role: "postgres", schema: "public", objects: "tables", grants: [grant] }],
  ],
  [
    "default privileges everywhere",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON TYPES TO pg_monitor",
    "ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO pg_monitor",
    "defaultPrivileges[#1].schema",
    ["public", undefined],
  ],
  [
    "default privileges of another role",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor",
    "ALTER DEFAULT PRIVILEGES FOR ROLE pg_monitor IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor",
    "defaultPrivileges[#1].role",
    ["postgres", "pg_monitor"],
  ],
  [
    "default privileges of another kind",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO pg_monitor",
    "defaultPrivileges[#1].objects",
    ["tables", "sequences"],
  ],
]);

export const EXTENSION_CASES = attributeCases([
  ["extension", "SELECT", "CREATE EXTENSION hstore", "extensions[hstore].schema", [undefined, "public"]],
  [
    "extension's version",
    "CREATE EXTENSION hstore VERSION '1.4'",
    "CREATE EXTENSION hstore VERSION '1.5'",
    "extensions[hstore].version",
    ["1.4", "1.5"],
  ],
  [
    "extension's schema",
    "CREATE SCHEMA x; CREATE EXTENSION hstore",
    "CREATE SCHEMA x; CREATE EXTENSION hstore SCHEMA x",
    "extensions[hstore].schema",
    ["public", "x"],
  ],
  [
    "extension's comment",
    "CREATE EXTENSION hstore",
    "CREATE EXTENSION hstore; COMMENT ON EXTENSION hstore IS 'mine'",
    "extensions[hstore].comment",
    ["data type for storing sets of (key, value) pairs", "mine"],
  ],
]);

export const UNMODELLED_CASES = attributeCases([
  [
    "cast",
    "SELECT",
    "CREATE TYPE e AS ENUM (); CREATE CAST (e AS int) WITH INOUT",
    "unmodelled[#1]",
    [undefined, { kind: "cast", name: "(public.e AS integer)" }],
  ],
  [
    "operator",
    "SELECT",
    "CREATE OPERATOR @@> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl)",
    "unmodelled[#1]",
    [undefined, { kind: "operator", name: "public.@@>(integer,integer)" }],
  ],
  [
    "operator class of one's own",
    "SELECT",
    "CREATE OPERATOR CLASS oc FOR TYPE int USING btree AS OPERATOR 1 <",
    "unmodelled[#1]",
    [undefined, { kind: "operator class", name: "public.oc USING btree" }],
  ],
  [
    "text search configuration",
    "SELECT",
    "CREATE TEXT SEARCH CONFIGURATION tc (COPY = simple)",
    "unmodelled[#1]",
    [undefined, { kind: "text search configuration", name: "public.tc" }],
  ],
  [
    "text search dictionary",
    "SELECT",
    "CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple)",
    "unmodelled[#1]",
    [undefined, { kind: "text search dictionary", name: "public.td" }],
  ],
  [
    "conversion",
    "SELECT",
    "CREATE CONVERSION cv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    "unmodelled[#1]",
    [undefined, { kind: "conversion", name: "public.cv" }],
  ],
  [
    "language",
    "SELECT",
    "CREATE LANGUAGE pl HANDLER plpgsql_call_handler",
    "unmodelled[#1]",
    [undefined, { kind: "language", name: "pl" }],
  ],
  [
    "unmodelled access method",
    "SELECT",
    "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler",
    "unmodelled[#1]",
    [undefined, { kind: "access method", name: "heap2" }],
  ],
  ["shell type", "SELECT", "CREATE TYPE shell", "unmodelled[#1]", [undefined, { kind: "type", name: "public.shell" }]],
  [
    "database setting",
    "SELECT",
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = off', current_database()); END $$",
    "unmodelled[#1]",
    [undefined, { kind: "database setting", name: "jit" }],
  ],
  [
    "database setting of a role",
    "SELECT",
    "DO $$ BEGIN EXECUTE format('ALTER ROLE postgres IN DATABASE %I SET jit = off', current_database()); END $$",
    "unmodelled[#1]",
    [undefined, { kind: "database setting", name: "jit for postgres" }],
  ],
]);

import { family, type Pair, pair } from "../pair.ts";

const ROWS = { rows: "INSERT INTO t (a, b) VALUES (1, 1), (2, 2)" };
const t = (...ways: readonly string[]) =>
  ways.map((way) => `CREATE TABLE t (a int, b int${way === "" ? "" : `, ${way}`})`);
const P = {
  given: "CREATE TABLE p (a int PRIMARY KEY, b int UNIQUE, c int, UNIQUE (a, b))",
  rows: "INSERT INTO p VALUES (1, 1), (2, 2); INSERT INTO t (a, b) VALUES (1, 1), (2, 2)",
};

export const CONSTRAINT_PAIRS: readonly Pair[] = [
  ...family(
    "check",
    ROWS,
    ...t(
      "",
      "CHECK (a > 0)",
      "CONSTRAINT c CHECK (a > 0)",
      "CONSTRAINT c CHECK (a > -1)",
      "CONSTRAINT c CHECK (a > -1 AND b IS NOT NULL)",
      "CONSTRAINT c CHECK (a > -1) NO INHERIT",
      "CONSTRAINT d CHECK (a < 100), CONSTRAINT c CHECK (b < 100)",
      "CHECK (a IN (1, 2, 3)), CHECK (b BETWEEN 0 AND 9), CHECK (b::text ~ '^\\d+$')",
    ),
  ),
  ...family(
    "check that is not valid",
    { rows: "INSERT INTO t (a, b) VALUES (1, 1)" },
    "CREATE TABLE t (a int, b int)",
    "CREATE TABLE t (a int, b int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
    "CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (a > 0))",
    "CREATE TABLE t (a int, b int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > -5) NOT VALID; COMMENT ON CONSTRAINT c ON t IS 'later'",
  ),
  ...family(
    "check that is not enforced",
    { ...ROWS, since: 18 },
    ...t(
      "",
      "CONSTRAINT c CHECK (a > 0) NOT ENFORCED",
      "CONSTRAINT c CHECK (a > 0)",
      "CONSTRAINT c CHECK (a > 1) NOT ENFORCED",
    ),
  ),
  ...family(
    "check over a function",
    ROWS,
    "CREATE FUNCTION ok(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0'; CREATE TABLE t (a int CHECK (ok(a)), b int)",
    "CREATE FUNCTION ok(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 > -1'; CREATE TABLE t (a int CHECK (ok(a)), b int)",
    "CREATE FUNCTION ok(value int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 > -1'; CREATE TABLE t (a int CHECK (ok(a)), b int)",
    "CREATE FUNCTION fine(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 > -1'; CREATE TABLE t (a int CHECK (fine(a)), b int CHECK (fine(b)))",
    "CREATE TABLE t (a int, b int)",
  ),
  ...family(
    "primary key",
    ROWS,
    ...t(
      "",
      "PRIMARY KEY (a)",
      "PRIMARY KEY (a, b)",
      "PRIMARY KEY (b, a)",
      "CONSTRAINT pk PRIMARY KEY (a)",
      "CONSTRAINT pk PRIMARY KEY (a) INCLUDE (b)",
      "CONSTRAINT pk PRIMARY KEY (a) WITH (fillfactor = 70)",
      "CONSTRAINT pk PRIMARY KEY (a) DEFERRABLE",
      "CONSTRAINT pk PRIMARY KEY (a) DEFERRABLE INITIALLY DEFERRED",
    ),
  ),
  ...family(
    "unique",
    ROWS,
    ...t(
      "",
      "UNIQUE (a)",
      "UNIQUE (a, b)",
      "CONSTRAINT u UNIQUE (a)",
      "CONSTRAINT u UNIQUE (b)",
      "CONSTRAINT u UNIQUE NULLS NOT DISTINCT (b)",
      "CONSTRAINT u UNIQUE (b) INCLUDE (a)",
      "CONSTRAINT u UNIQUE (b) DEFERRABLE INITIALLY DEFERRED",
      "CONSTRAINT u UNIQUE (b) DEFERRABLE",
      "CONSTRAINT u UNIQUE (b) WITH (fillfactor = 50)",
    ),
  ),
  ...family(
    "a unique constraint or a unique index of the same name",
    ROWS,
    "CREATE TABLE t (a int, b int, CONSTRAINT u UNIQUE (a))",
    "CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX u ON t (a)",
    "CREATE TABLE t (a int, b int); CREATE INDEX u ON t (a)",
  ),
  ...family(
    "a primary key from an index with an order",
    ROWS,
    "CREATE TABLE t (a int NOT NULL, b int)",
    "CREATE TABLE t (a int NOT NULL, b int); CREATE UNIQUE INDEX u ON t (a); ALTER TABLE t ADD CONSTRAINT u PRIMARY KEY USING INDEX u",
  ),
  ...family(
    "without overlaps",
    { since: 18, given: "CREATE EXTENSION btree_gist" },
    ...[
      "",
      "PRIMARY KEY (a, during WITHOUT OVERLAPS)",
      "UNIQUE (a, during WITHOUT OVERLAPS)",
      "CONSTRAINT k UNIQUE (b, during WITHOUT OVERLAPS)",
    ].map((way) => `CREATE TABLE t (a int, b int, during daterange${way === "" ? "" : `, ${way}`})`),
  ),
  ...family(
    "exclude",
    ROWS,
    ...t(
      "",
      "EXCLUDE (a WITH =)",
      "CONSTRAINT x EXCLUDE (a WITH =)",
      "CONSTRAINT x EXCLUDE (a WITH =, b WITH =)",
      "CONSTRAINT x EXCLUDE (a WITH =) WHERE (b > 5)",
      "CONSTRAINT x EXCLUDE USING hash (a WITH =)",
      "CONSTRAINT x EXCLUDE (a WITH =) DEFERRABLE",
      "CONSTRAINT x EXCLUDE ((a + b) WITH =)",
    ),
  ),
  ...family(
    "foreign key",
    P,
    ...t(
      "",
      "FOREIGN KEY (a) REFERENCES p",
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p",
      "CONSTRAINT f FOREIGN KEY (b) REFERENCES p",
      "CONSTRAINT f FOREIGN KEY (b) REFERENCES p (b)",
      "CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p (a, b)",
      "CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH FULL",
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE",
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p ON DELETE SET NULL ON UPDATE CASCADE",
      "CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE SET NULL (b)",
      "CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE SET DEFAULT (a)",
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p ON DELETE RESTRICT ON UPDATE SET DEFAULT",
    ),
  ),
  ...family(
    "deferrable foreign key",
    P,
    ...t(
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p",
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p DEFERRABLE",
      "CONSTRAINT f FOREIGN KEY (a) REFERENCES p DEFERRABLE INITIALLY DEFERRED",
    ),
  ),
  ...family(
    "foreign key that is not valid",
    P,
    "CREATE TABLE t (a int, b int)",
    "CREATE TABLE t (a int, b int); ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p NOT VALID",
    "CREATE TABLE t (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p)",
  ),
  ...family(
    "foreign key that is not enforced",
    { ...P, since: 18 },
    ...t("CONSTRAINT f FOREIGN KEY (a) REFERENCES p", "CONSTRAINT f FOREIGN KEY (a) REFERENCES p NOT ENFORCED", ""),
  ),
  ...family(
    "temporal foreign key",
    {
      since: 18,
      given:
        "CREATE EXTENSION btree_gist; CREATE TABLE p (a int, during daterange, PRIMARY KEY (a, during WITHOUT OVERLAPS))",
    },
    ...["", "FOREIGN KEY (a, PERIOD during) REFERENCES p (a, PERIOD during)"].map(
      (way) => `CREATE TABLE t (a int, during daterange${way === "" ? "" : `, ${way}`})`,
    ),
  ),
  ...family(
    "foreign key with comment",
    P,
    ...t("CONSTRAINT f FOREIGN KEY (a) REFERENCES p"),
    `${t("CONSTRAINT f FOREIGN KEY (a) REFERENCES p")[0]}; COMMENT ON CONSTRAINT f ON t IS 'x'`,
    `${t("CONSTRAINT f FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE")[0]}; COMMENT ON CONSTRAINT f ON t IS 'x'`,
  ),
  ...family(
    "the key that a foreign key refers to",
    { rows: "INSERT INTO p VALUES (1, 1); INSERT INTO t VALUES (1)" },
    "CREATE TABLE p (a int PRIMARY KEY, b int); CREATE TABLE t (a int REFERENCES p)",
    "CREATE TABLE p (a int CONSTRAINT other PRIMARY KEY, b int); CREATE TABLE t (a int REFERENCES p)",
    "CREATE TABLE p (a int UNIQUE, b int PRIMARY KEY); CREATE TABLE t (a int REFERENCES p (a))",
    "CREATE TABLE p (a int UNIQUE, b int PRIMARY KEY); CREATE TABLE t (a int REFERENCES p (b))",
    "CREATE TABLE p (a int, b int, PRIMARY KEY (a) INCLUDE (b)); CREATE TABLE t (a int REFERENCES p)",
    "CREATE TABLE p (a bigint PRIMARY KEY, b int); CREATE TABLE t (a bigint REFERENCES p)",
    "CREATE TABLE p (a text PRIMARY KEY, b int); CREATE TABLE t (a text REFERENCES p)",
  ),
  ...family(
    "types on both sides of a chain of foreign keys",
    { rows: "INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); INSERT INTO c VALUES (1, 1)" },
    ...["int", "bigint", "text", "numeric"].map(
      (type) =>
        `CREATE TABLE a (id ${type} PRIMARY KEY); CREATE TABLE b (id ${type} PRIMARY KEY REFERENCES a); CREATE TABLE c (b ${type} REFERENCES b, a ${type} REFERENCES a)`,
    ),
  ),
  pair(
    "type of a column that a primary key only includes, under a foreign key",
    "CREATE TABLE p (a int, b int, PRIMARY KEY (a) INCLUDE (b)); CREATE TABLE t (a int REFERENCES p)",
    "CREATE TABLE p (a int, b text, PRIMARY KEY (a) INCLUDE (b)); CREATE TABLE t (a int REFERENCES p)",
    { rows: "INSERT INTO p VALUES (1, 1); INSERT INTO t VALUES (1)" },
  ),
  ...family(
    "tables that refer to each other in a circle",
    { rows: "INSERT INTO a (id) VALUES (1); INSERT INTO b (id) VALUES (1)" },
    "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)",
    "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
    "CREATE TABLE a (id bigint PRIMARY KEY, b bigint); CREATE TABLE b (id bigint PRIMARY KEY, a bigint REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
  ),
  pair(
    "tables in a circle vanish",
    "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
    "SELECT",
  ),
  ...family(
    "a foreign key to itself",
    { rows: "INSERT INTO t (id) VALUES (1)" },
    "CREATE TABLE t (id int PRIMARY KEY, up int)",
    "CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t)",
    "CREATE TABLE t (id bigint PRIMARY KEY, up bigint REFERENCES t ON DELETE CASCADE)",
  ),
  ...family(
    "one constraint name on many tables",
    {},
    "CREATE TABLE a (x int CONSTRAINT c CHECK (x > 0)); CREATE TABLE b (x int CONSTRAINT c CHECK (x > 0)); CREATE TABLE d (x int)",
    "CREATE TABLE a (x int CONSTRAINT c CHECK (x > 1)); CREATE TABLE b (x int); CREATE TABLE d (x int CONSTRAINT c CHECK (x > 0))",
    "CREATE TABLE a (x int); CREATE TABLE b (x int CONSTRAINT c CHECK (x > 2)); CREATE TABLE d (x int CONSTRAINT c CHECK (x > 0) NO INHERIT)",
  ),
  ...family(
    "a constraint's name goes to another constraint",
    { rows: "INSERT INTO t VALUES (1, 1)" },
    "CREATE TABLE t (a int, b int, CONSTRAINT x CHECK (a > 0), CONSTRAINT y UNIQUE (b))",
    "CREATE TABLE t (a int, b int, CONSTRAINT y CHECK (a > 0), CONSTRAINT x UNIQUE (b))",
    "CREATE TABLE t (a int, b int, CONSTRAINT x PRIMARY KEY (a))",
  ),
  ...family(
    "an index's name goes to another table's",
    {},
    "CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE INDEX i ON t (a)",
    "CREATE TABLE t (a int); CREATE TABLE u (a int); CREATE INDEX i ON u (a)",
    "CREATE TABLE t (a int); CREATE TABLE u (a int, CONSTRAINT i UNIQUE (a))",
  ),
];

import { family, type Pair, pair } from "../pair.ts";

const P = "CREATE TABLE p (a int NOT NULL, b int, c text) PARTITION BY RANGE (a)";
const PARTS =
  "; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20)";
const ROWS = { rows: "INSERT INTO p (a, b) VALUES (1, 1), (11, 2)" };
const with_ = (...ways: readonly string[]) => ways.map((way) => `${P}${PARTS}${way === "" ? "" : `; ${way}`}`);

export const PARTITION_PAIRS: readonly Pair[] = [
  ...family(
    "partitions",
    {},
    "SELECT",
    P,
    P + PARTS,
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10)`,
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (MINVALUE) TO (10); CREATE TABLE p_d PARTITION OF p DEFAULT`,
  ),
  ...family(
    "partitions that rows of their own table lead to",
    { rows: "INSERT INTO p VALUES (1, 1), (2, 1), (15, 2)" },
    ...[
      ["int", "(10) TO (20)"],
      ["bigint", "(10) TO (20)"],
      ["int", "(10) TO (30)"],
    ].map(
      ([type, bounds]) =>
        `CREATE TABLE p (id ${type} PRIMARY KEY, up ${type} REFERENCES p) PARTITION BY RANGE (id); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p_2 PARTITION OF p DEFAULT PARTITION BY RANGE (id); CREATE TABLE p_2_1 PARTITION OF p_2 FOR VALUES FROM ${bounds}`,
    ),
    "CREATE TABLE p (id int PRIMARY KEY, up int) PARTITION BY RANGE (id); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (5); CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (5) TO (40) PARTITION BY RANGE (id); CREATE TABLE p_2_1 PARTITION OF p_2 DEFAULT",
  ),
  ...family(
    "bounds of a partition that rows of another table lead to",
    { rows: "INSERT INTO p VALUES (1), (2); INSERT INTO t VALUES (1)" },
    ...["(0) TO (10)", "(0) TO (20)"].map(
      (bounds) =>
        `CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM ${bounds}; CREATE TABLE t (p int REFERENCES p)`,
    ),
  ),
  ...family(
    "an expression of partitions",
    { rows: "INSERT INTO p (a) VALUES (1), (15)" },
    ...["b int GENERATED ALWAYS AS (1 + 1) STORED", "b int"].map(
      (b) =>
        `CREATE TABLE p (a int, ${b}) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p_2 PARTITION OF p DEFAULT PARTITION BY LIST (a); CREATE TABLE p_2_1 PARTITION OF p_2 DEFAULT`,
    ),
  ),
  ...family(
    "bounds of a partition that has rows",
    { rows: "INSERT INTO p (a) VALUES (1)" },
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10)`,
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (20)`,
    `${P}; CREATE TABLE p_1 PARTITION OF p DEFAULT`,
  ),
  ...family(
    "the bounds of two partitions move together",
    { rows: "INSERT INTO p (a) VALUES (1), (15)" },
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (5); CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (5) TO (20)`,
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (30)`,
  ),
  ...family(
    "a table is attached and detached",
    { rows: "INSERT INTO x (a) VALUES (1)" },
    `${P}; CREATE TABLE x (a int NOT NULL, b int, c text)`,
    `${P}; CREATE TABLE x PARTITION OF p FOR VALUES FROM (0) TO (10)`,
    `CREATE TABLE x (a int NOT NULL, b int, c text)`,
  ),
  ...family(
    "a table with indexes and keys is attached and detached",
    { rows: "INSERT INTO x (a) VALUES (1)" },
    `${P}; ALTER TABLE p ADD PRIMARY KEY (a); CREATE INDEX i ON p (b); CREATE TABLE x (a int PRIMARY KEY, b int, c text); CREATE INDEX x_b_idx ON x (b)`,
    `${P}; ALTER TABLE p ADD PRIMARY KEY (a); CREATE INDEX i ON p (b); CREATE TABLE x PARTITION OF p FOR VALUES FROM (0) TO (10)`,
  ),
  ...family(
    "keys of partitioning",
    {},
    ...[
      "RANGE (a)",
      "LIST (a)",
      "HASH (a)",
      "RANGE (a, b)",
      "RANGE ((a + 1))",
      'LIST (c COLLATE "C")',
      "RANGE (c text_pattern_ops)",
      "HASH (a, c)",
    ].map((key) => `CREATE TABLE p (a int, b int, c text) PARTITION BY ${key}`),
  ),
  ...family(
    "kinds of partitions",
    {},
    "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1, 2, NULL)",
    "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1, 3); CREATE TABLE p_2 PARTITION OF p FOR VALUES IN (2)",
    "CREATE TABLE p (a int) PARTITION BY HASH (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
    "CREATE TABLE p (a int) PARTITION BY HASH (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES WITH (MODULUS 4, REMAINDER 0); CREATE TABLE p_2 PARTITION OF p FOR VALUES WITH (MODULUS 4, REMAINDER 1)",
  ),
  ...family(
    "partitions of partitions",
    {},
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY LIST (b); CREATE TABLE p_1_1 PARTITION OF p_1 FOR VALUES IN (1)`,
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY LIST (b); CREATE TABLE p_1_1 PARTITION OF p_1 FOR VALUES IN (1, 2); CREATE TABLE p_1_d PARTITION OF p_1 DEFAULT`,
    `${P}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10)`,
    `${P}; ALTER TABLE p ADD PRIMARY KEY (a, b); CREATE INDEX i ON p (c); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY LIST (b); CREATE TABLE p_1_1 PARTITION OF p_1 FOR VALUES IN (1)`,
  ),
  ...family(
    "columns of a partitioned table",
    ROWS,
    ...with_(
      "",
      "ALTER TABLE p ADD d int DEFAULT 5",
      "ALTER TABLE p ADD e text NOT NULL DEFAULT 'x'",
      "ALTER TABLE p ALTER b TYPE bigint",
      "ALTER TABLE p ALTER b SET NOT NULL",
      "ALTER TABLE p ALTER b SET DEFAULT 7",
      "ALTER TABLE p DROP c",
    ),
  ),
  ...family(
    "what a partition has of its own",
    ROWS,
    ...with_(
      "",
      "ALTER TABLE p_1 ALTER b SET DEFAULT 9",
      "ALTER TABLE p_1 ALTER b SET NOT NULL",
      "ALTER TABLE p_1 ADD CHECK (b < 100)",
      "CREATE INDEX own ON p_1 (b)",
      "ALTER TABLE p_1 ADD UNIQUE (b)",
      "ALTER TABLE p_1 SET (fillfactor = 50)",
      "COMMENT ON TABLE p_1 IS 'first'; COMMENT ON COLUMN p_1.b IS 'own'",
      "GRANT SELECT ON p_1 TO pg_monitor; ALTER TABLE p_2 OWNER TO pg_monitor",
      "ALTER TABLE p_1 ALTER c SET STORAGE EXTERNAL, ALTER b SET STATISTICS 5",
    ),
  ),
  ...family(
    "index of a partitioned table",
    ROWS,
    ...with_(
      "",
      "CREATE INDEX i ON p (b)",
      "CREATE INDEX i ON p (b, c)",
      "CREATE INDEX i ON p (b) WHERE b > 0",
      "CREATE UNIQUE INDEX i ON p (a, b)",
      "CREATE INDEX i ON p (b); COMMENT ON INDEX i IS 'x'; COMMENT ON INDEX p_1_b_idx IS 'part'",
      "CREATE INDEX i ON p (b) WITH (fillfactor = 70)",
      "CREATE INDEX i ON p (lower(c)); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 9",
    ),
  ),
  ...family(
    "index of only the partitioned table",
    ROWS,
    ...with_(
      "",
      "CREATE INDEX i ON ONLY p (b)",
      "CREATE INDEX i ON ONLY p (b); CREATE INDEX own ON p_1 (b); ALTER INDEX i ATTACH PARTITION own",
      "CREATE INDEX i ON p (b)",
      "CREATE INDEX own ON p_1 (b); CREATE INDEX i ON p (b)",
    ),
  ),
  ...family(
    "keys of a partitioned table",
    ROWS,
    ...with_(
      "",
      "ALTER TABLE p ADD PRIMARY KEY (a)",
      "ALTER TABLE p ADD CONSTRAINT k PRIMARY KEY (a)",
      "ALTER TABLE p ADD CONSTRAINT k UNIQUE (a)",
      "ALTER TABLE p ADD CONSTRAINT k UNIQUE (a, b)",
      "ALTER TABLE p ADD CONSTRAINT k PRIMARY KEY (a); ALTER TABLE p_1 RENAME CONSTRAINT p_1_pkey TO own",
    ),
  ),
  ...family(
    "checks of a partitioned table",
    ROWS,
    ...with_(
      "",
      "ALTER TABLE p ADD CONSTRAINT c CHECK (b > 0)",
      "ALTER TABLE p ADD CONSTRAINT c CHECK (b > -1)",
      "ALTER TABLE p_1 ADD CONSTRAINT c CHECK (b > 0)",
      "ALTER TABLE p_1 ADD CONSTRAINT c CHECK (b > 0); ALTER TABLE p ADD CONSTRAINT c CHECK (b > 0)",
      "ALTER TABLE p ADD CONSTRAINT c CHECK (b > 0) NOT VALID",
    ),
  ),
  ...family(
    "foreign key of a partitioned table",
    {
      rows: "INSERT INTO r VALUES (1), (2); INSERT INTO p (a, b) VALUES (1, 1), (11, 2)",
      given: "CREATE TABLE r (id int PRIMARY KEY)",
    },
    ...with_(
      "",
      "ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r",
      "ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r ON DELETE CASCADE",
      "ALTER TABLE p_1 ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r",
      "ALTER TABLE p_1 ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r; ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r",
    ),
  ),
  ...family(
    "foreign key of a partitioned table that is not valid",
    {
      since: 18,
      rows: "INSERT INTO r VALUES (1), (2); INSERT INTO p (a, b) VALUES (1, 1), (11, 2)",
      given: "CREATE TABLE r (id int PRIMARY KEY)",
    },
    ...with_(
      "",
      "ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r NOT VALID",
      "ALTER TABLE p ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES r",
    ),
  ),
  ...family(
    "foreign key to a partitioned table",
    { rows: "INSERT INTO p (a) VALUES (1); INSERT INTO r (p) VALUES (1)" },
    ...["", "REFERENCES p", "REFERENCES p ON DELETE CASCADE", "REFERENCES p DEFERRABLE"].map(
      (tail) => `${P}${PARTS}; ALTER TABLE p ADD PRIMARY KEY (a); CREATE TABLE r (p int ${tail})`,
    ),
  ),
  pair(
    "a partition is added under foreign keys both ways",
    `${P}; ALTER TABLE p ADD PRIMARY KEY (a); CREATE TABLE r (id int PRIMARY KEY, p int REFERENCES p); ALTER TABLE p ADD FOREIGN KEY (b) REFERENCES r`,
    `${P}${PARTS}; ALTER TABLE p ADD PRIMARY KEY (a); CREATE TABLE r (id int PRIMARY KEY, p int REFERENCES p); ALTER TABLE p ADD FOREIGN KEY (b) REFERENCES r`,
  ),
  ...family(
    "triggers of a partitioned table",
    { ...ROWS, given: "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'" },
    ...with_(
      "",
      "CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f()",
      "CREATE TRIGGER g AFTER UPDATE ON p FOR EACH ROW EXECUTE FUNCTION f()",
      "CREATE TRIGGER g AFTER INSERT ON p_1 FOR EACH ROW EXECUTE FUNCTION f()",
      "CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE p_1 DISABLE TRIGGER g",
      "CREATE TRIGGER g AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE p DISABLE TRIGGER g",
      "CREATE TRIGGER g AFTER INSERT ON p FOR EACH STATEMENT EXECUTE FUNCTION f()",
    ),
  ),
  ...family(
    "row security of partitions",
    ROWS,
    ...with_(
      "",
      "ALTER TABLE p ENABLE ROW LEVEL SECURITY; CREATE POLICY x ON p USING (a > 0)",
      "ALTER TABLE p_1 ENABLE ROW LEVEL SECURITY; CREATE POLICY x ON p_1 USING (a > 0)",
    ),
  ),
  ...family(
    "types of the key's other columns, with views",
    { rows: "INSERT INTO p (a, b) VALUES (1, 1)" },
    ...["int", "bigint"].map(
      (type) =>
        `CREATE TABLE p (a int, b ${type} CHECK (b > 0)) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE INDEX ON p (b); CREATE VIEW v AS SELECT b FROM p; CREATE VIEW w AS SELECT b FROM p_1`,
    ),
  ),
  ...family(
    "the type of a partition key",
    { rows: "INSERT INTO p VALUES (1, 'x')" },
    ...["int", "bigint", "numeric"].map(
      (type) =>
        `CREATE TABLE p (a ${type} NOT NULL, b text) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE INDEX i ON p (b); CREATE VIEW v AS SELECT * FROM p_1; GRANT SELECT ON p TO pg_monitor; COMMENT ON COLUMN p.b IS 'stays'`,
    ),
  ),
  ...family(
    "the key of partitions with rows",
    { rows: "INSERT INTO p VALUES (1, 2)" },
    ...["RANGE (a)", "RANGE (b)", "RANGE ((a + b))"].map(
      (key) =>
        `CREATE TABLE p (a int NOT NULL, b int CHECK (b > 0)) PARTITION BY ${key}; CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p_2 PARTITION OF p DEFAULT`,
    ),
  ),
  pair(
    "the type of a key that partitions of partitions have too",
    "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY LIST (a); CREATE TABLE p_1_1 PARTITION OF p_1 FOR VALUES IN (1)",
    "CREATE TABLE p (a bigint, b int) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY LIST (a); CREATE TABLE p_1_1 PARTITION OF p_1 FOR VALUES IN (1)",
    { rows: "INSERT INTO p VALUES (1, 2)" },
  ),
  ...family(
    "partition bounds over an enum",
    { rows: "INSERT INTO p VALUES ('a')" },
    "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE p (a e) PARTITION BY LIST (a); CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a')",
    "CREATE TYPE e AS ENUM ('a', 'b', 'c'); CREATE TABLE p (a e) PARTITION BY LIST (a); CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a'); CREATE TABLE p_c PARTITION OF p FOR VALUES IN ('c')",
  ),
  ...family(
    "a table becomes partitioned",
    { rows: "INSERT INTO p (a) VALUES (1)" },
    "CREATE TABLE p (a int, b text)",
    "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE p_d PARTITION OF p DEFAULT",
  ),
  ...family(
    "identity of a partitioned table",
    { since: 17 },
    `${P}${PARTS}`,
    "CREATE TABLE p (a int NOT NULL GENERATED ALWAYS AS IDENTITY, b int, c text) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
    "CREATE TABLE p (a int NOT NULL GENERATED BY DEFAULT AS IDENTITY (INCREMENT 2), b int, c text) PARTITION BY RANGE (a); CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
  ),
  ...family(
    "generated column of a partitioned table",
    ROWS,
    ...with_(
      "",
      "ALTER TABLE p ADD d int GENERATED ALWAYS AS (b * 2) STORED",
      "ALTER TABLE p ADD d int GENERATED ALWAYS AS (b * 3) STORED",
    ),
  ),
  ...family(
    "a partition in another schema, with other columns order",
    ROWS,
    `CREATE SCHEMA parts; ${P}; CREATE TABLE parts.p_1 (c text, b int, a int NOT NULL); ALTER TABLE p ATTACH PARTITION parts.p_1 FOR VALUES FROM (0) TO (100)`,
    `CREATE SCHEMA parts; ${P}; CREATE TABLE parts.p_1 PARTITION OF p FOR VALUES FROM (0) TO (100); ALTER TABLE p ADD d int`,
  ),
  ...family(
    "storage of partitioned tables",
    {},
    "CREATE TABLE p (a int) PARTITION BY LIST (a)",
    "CREATE TABLE p (a int) PARTITION BY LIST (a); ALTER TABLE p REPLICA IDENTITY FULL",
    "CREATE TABLE p (a int) PARTITION BY LIST (a); COMMENT ON TABLE p IS 'x'; ALTER TABLE p OWNER TO pg_monitor; GRANT SELECT ON p TO pg_read_all_data",
  ),
];

const PARENT = "CREATE TABLE par (a int, b int)";
const KEPT = { rows: "INSERT INTO chi (a) VALUES (1)" };

const TWO_PARENTS = {
  rows: "INSERT INTO a (x) VALUES (1); INSERT INTO b (x) VALUES (2); INSERT INTO c (x) VALUES (3)",
};
const twoParents = (parts: readonly string[]): string => {
  const [a, b, c] = parts.map((part) => (part === "" ? "" : `, ${part}`));
  return `CREATE TABLE a (x int${a}); CREATE TABLE b (x int${b}); CREATE TABLE c (y int${c}) INHERITS (a, b)`;
};

export const INHERITANCE_PAIRS: readonly Pair[] = [
  ...family(
    "inheritance",
    KEPT,
    `${PARENT}; CREATE TABLE chi (a int, b int)`,
    `${PARENT}; CREATE TABLE chi () INHERITS (par)`,
    `${PARENT}; CREATE TABLE chi (c int) INHERITS (par)`,
    `${PARENT}; CREATE TABLE other (d int); CREATE TABLE chi () INHERITS (par, other)`,
  ),
  ...family(
    "columns of a parent",
    KEPT,
    ...[
      "a int, b int DEFAULT 3",
      "a int, b int, c text",
      "a int",
      "a int, b bigint DEFAULT 3",
      "a int, b int NOT NULL DEFAULT 4",
    ].map((body) => `CREATE TABLE par (${body}); CREATE TABLE chi () INHERITS (par)`),
  ),
  ...family(
    "checks of a parent",
    KEPT,
    ...[
      "",
      "; ALTER TABLE par ADD CONSTRAINT c CHECK (a > 0)",
      "; ALTER TABLE par ADD CONSTRAINT c CHECK (a > 0) NO INHERIT",
      "; ALTER TABLE chi ADD CONSTRAINT c CHECK (a > 0)",
      "; ALTER TABLE chi ADD CONSTRAINT c CHECK (a > 0); ALTER TABLE par ADD CONSTRAINT c CHECK (a > 0)",
      "; ALTER TABLE par ADD CONSTRAINT c CHECK (a > -1)",
    ].map((tail) => `${PARENT}; CREATE TABLE chi () INHERITS (par)${tail}`),
  ),
  ...family(
    "defaults of children",
    KEPT,
    ...[
      "",
      "; ALTER TABLE chi ALTER b SET DEFAULT 5",
      "; ALTER TABLE par ALTER b SET DEFAULT 5",
      "; ALTER TABLE ONLY par ALTER b SET DEFAULT 6",
    ].map((tail) => `${PARENT}; CREATE TABLE chi () INHERITS (par)${tail}`),
  ),
  ...family(
    "a chain of children",
    { rows: "INSERT INTO c (x) VALUES (1)" },
    "CREATE TABLE a (x int); CREATE TABLE b (y int) INHERITS (a); CREATE TABLE c (z int) INHERITS (b)",
    "CREATE TABLE a (x int, n text); CREATE TABLE b (y int) INHERITS (a); CREATE TABLE c (z int) INHERITS (b)",
    "CREATE TABLE a (x bigint); CREATE TABLE b (y int) INHERITS (a); CREATE TABLE c (z int) INHERITS (b); CREATE VIEW v AS SELECT x FROM c",
    "CREATE TABLE a (x int); CREATE TABLE c (x int, z int)",
  ),
  ...family(
    "a column that two parents hand down",
    TWO_PARENTS,
    ...[
      ["", "", ""],
      ["w int", "w int", ""],
      ["", "w int", ""],
      ["w int", "", ""],
      ["w int", "w int", "w int"],
    ].map(twoParents),
  ),
  ...family(
    "a generated column that two parents hand down",
    TWO_PARENTS,
    ...["", "w int GENERATED ALWAYS AS (1 + 1) STORED", "w int GENERATED ALWAYS AS (1 + 2) STORED"].map((part) =>
      twoParents([part, part, ""]),
    ),
  ),
  ...family(
    "an expression of a column that two parents hand down",
    TWO_PARENTS,
    ...["w int GENERATED ALWAYS AS (1 + 1) STORED", "w int", "w int DEFAULT 3"].map((part) =>
      twoParents([part, part, ""]),
    ),
  ),
  ...family(
    "an expression of a column that comes over two ways and down a chain",
    { rows: "INSERT INTO c DEFAULT VALUES; INSERT INTO d DEFAULT VALUES" },
    ...["w int GENERATED ALWAYS AS (1 + 1) STORED", "w int"].map(
      (w) =>
        `CREATE TABLE top (${w}); CREATE TABLE m (${w}); CREATE TABLE l () INHERITS (top); CREATE TABLE r () INHERITS (top); CREATE TABLE c () INHERITS (l, r, m); CREATE TABLE d () INHERITS (c)`,
    ),
  ),
  ...[
    ["w int NOT NULL DEFAULT 1", "w int", ""],
    ["w int", "w int DEFAULT 1", ""],
    ["w int DEFAULT 2", "w int NOT NULL DEFAULT 2", "w int DEFAULT 3"],
  ].map((parts, index) =>
    pair(
      `a column that two parents hand down, one of them with more, ${index + 1}`,
      twoParents(["", "", ""]),
      twoParents(parts),
      TWO_PARENTS,
    ),
  ),
  ...family(
    "a check that two parents hand down",
    TWO_PARENTS,
    ...[
      ["", "", ""],
      ["CONSTRAINT k CHECK (x > 0)", "CONSTRAINT k CHECK (x > 0)", ""],
      ["", "CONSTRAINT k CHECK (x > 0)", ""],
      ["CONSTRAINT k CHECK (x > 0)", "", ""],
      ["CONSTRAINT k CHECK (x > -1)", "CONSTRAINT k CHECK (x > -1)", ""],
    ].map(twoParents),
  ),
  ...family(
    "a column that comes to two parents over two ways",
    { rows: "INSERT INTO c DEFAULT VALUES; INSERT INTO d DEFAULT VALUES" },
    ...[
      ["", ""],
      ["w int", "w int"],
      ["", "w int"],
      ["w int", ""],
    ].map(
      ([top, side]) =>
        `CREATE TABLE top (${top}); CREATE TABLE m (${side}); CREATE TABLE l () INHERITS (top); CREATE TABLE r () INHERITS (top); CREATE TABLE c () INHERITS (m, l, r); CREATE TABLE d () INHERITS (c)`,
    ),
  ),
  ...family(
    "a column that is the heir's own too",
    { rows: "INSERT INTO c DEFAULT VALUES" },
    "CREATE TABLE z (); CREATE TABLE c () INHERITS (z)",
    "CREATE TABLE z (w int); CREATE TABLE c (w int DEFAULT 3) INHERITS (z)",
  ),
  ...family(
    "a column that a child keeps",
    KEPT,
    `${PARENT}; CREATE TABLE chi (b int) INHERITS (par)`,
    "CREATE TABLE par (a int); CREATE TABLE chi (b int) INHERITS (par)",
    "CREATE TABLE par (a int); CREATE TABLE chi () INHERITS (par)",
  ),
  ...family(
    "not null of parents and children",
    KEPT,
    "CREATE TABLE par (a int NOT NULL, b int); CREATE TABLE chi () INHERITS (par)",
    "CREATE TABLE par (a int, b int); CREATE TABLE chi (a int NOT NULL) INHERITS (par)",
    "CREATE TABLE par (a int, b int); CREATE TABLE chi () INHERITS (par)",
  ),
  ...family(
    "not null with names, over three generations",
    { rows: "INSERT INTO par VALUES (1, 2); INSERT INTO chi VALUES (3, 4); INSERT INTO gra VALUES (5, 6)", since: 18 },
    ...[
      ["a int CONSTRAINT x NOT NULL, b int", "", ""],
      ["a int CONSTRAINT y NOT NULL, b int", "", ""],
      ["a int, b int", "a int CONSTRAINT x NOT NULL", ""],
      ["a int CONSTRAINT x NOT NULL, b int", "a int CONSTRAINT own NOT NULL", ""],
      ["a int CONSTRAINT x NOT NULL NO INHERIT, b int", "", "a int CONSTRAINT own NOT NULL"],
      ["a int CONSTRAINT y NOT NULL, b int CONSTRAINT x NOT NULL", "b int CONSTRAINT other NOT NULL", ""],
    ].map(
      ([par, chi, gra]) =>
        `CREATE TABLE par (${par}); CREATE TABLE chi (${chi}) INHERITS (par); CREATE TABLE gra (${gra}) INHERITS (chi)`,
    ),
  ),
  ...family(
    "a not null that only the heir keeps",
    KEPT,
    "CREATE TABLE par (a int NOT NULL, b int); CREATE TABLE chi () INHERITS (par)",
    "CREATE TABLE par (a int, b int); CREATE TABLE chi () INHERITS (par); ALTER TABLE chi ALTER a SET NOT NULL",
  ),
  pair(
    "names of not null that two tables would be given",
    "CREATE TABLE a (b_c int NOT NULL); CREATE TABLE a_b (c int)",
    "CREATE TABLE a (b_c int); CREATE TABLE a_b (c int NOT NULL, d int)",
  ),
];

/** Statements, what holds before them, and what of them the state leaves without a definition. */
export interface DefinitionCase {
  readonly given?: string;
  readonly statements: string;
  readonly since?: number;
  /** `table.constraint` or `table: index`. */
  readonly unknown?: readonly string[];
}

const T = `CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
  CREATE TABLE t (a int, b text, c numeric(10,2), d date, e bigint, f smallint, g varchar(20), h boolean, i uuid,
    j timestamptz, k mood, l char(3), m double precision, "Größe" int, n text COLLATE "C", o jsonb)`;

const check = (expression: string): DefinitionCase => ({
  given: T,
  statements: `ALTER TABLE t ADD CONSTRAINT x CHECK (${expression})`,
});

const unknownCheck = (expression: string): DefinitionCase => ({ ...check(expression), unknown: ["t.x"] });

const index = (rest: string): DefinitionCase => ({ given: T, statements: `CREATE INDEX x ON t ${rest}` });

const unknownIndex = (rest: string): DefinitionCase => ({ ...index(rest), unknown: ["t: x"] });

const REFERENCED = `${T}; CREATE SCHEMA other; CREATE TABLE other."R" (id int PRIMARY KEY, "x y" text, UNIQUE (id, "x y"))`;

export const DEFINITION_CASES: readonly DefinitionCase[] = [
  {
    given: `${T}; CREATE FUNCTION whole(numeric) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
      ALTER TABLE t ADD CONSTRAINT x CHECK (whole(c) AND a > 0)`,
    statements: 'ALTER FUNCTION whole RENAME TO "so whole"',
  },
  ...[
    'ALTER TYPE mood RENAME TO "Mood"',
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'so''so'",
    "CREATE SCHEMA s2; ALTER TYPE mood SET SCHEMA s2",
  ].map(
    (statements): DefinitionCase => ({
      given: `${T}; ALTER TABLE t ADD CONSTRAINT x CHECK (k <> 'sad' OR a > 0); CREATE INDEX y ON t (a) WHERE k = 'sad';
        CREATE INDEX z ON t ((k = 'it''s ok'))`,
      statements,
    }),
  ),
  ...[
    "a > 0",
    "a >= -5",
    "a > 5 OR a != 7",
    "b <> ''",
    "b <> 'it''s here'",
    "g <> 'x'",
    "g = b",
    "c > 0",
    "c >= 0.5",
    "c > -1",
    "e > 5",
    "f > 5 AND a > 5 AND e > 5",
    "a > f",
    "a < 3 OR (b = 'x' AND NOT h)",
    "(a > 1 AND a < 3) AND a <> 2",
    "a > 1 AND (a < 3 AND a <> 2)",
    "h",
    "NOT h",
    "h = true",
    "b IS NOT NULL",
    "b IS NULL OR length(b) < 10",
    "length(g) < 9",
    "lower(b) = b",
    "upper(g) = g",
    "a BETWEEN 1 AND 10",
    "d >= '2024-01-01' AND d < '2025-01-01'",
    "d BETWEEN '2024-01-01' AND '2024-12-28'",
    "a IN (1, 2, 3)",
    "a NOT IN (1, 2)",
    "b IN ('a', 'b')",
    "b IN ('a')",
    "g IN ('a', 'b')",
    "g NOT IN ('a')",
    "b LIKE 'x%'",
    "g NOT LIKE 'x%'",
    'a + 1 > "Größe" * 2',
    "c + c > c",
    "k = 'sad'",
    "k IN ('sad', 'it''s ok')",
    "i <> '00000000-0000-0000-0000-000000000000'",
    "j > j",
    "n = 'x'",
    `(a > 0) = h`,
  ].map(check),
  ...[
    "b ~ '^x'",
    "a::text <> ''",
    "a > b::int",
    "b <> 'a \\ b'",
    "j > '2024-01-01'",
    "l = 'abc'",
    "m > 0",
    "a > 5000000000",
    "coalesce(b, '') <> ''",
    "d > current_date",
    "o ? 'x'",
    "t IS NOT NULL",
    "CASE WHEN a > 0 THEN h END",
    "b || g <> ''",
    "d > 'today'",
    "a IS DISTINCT FROM 1",
  ].map(unknownCheck),
  {
    given: T,
    statements:
      "ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0) NO INHERIT NOT VALID; ALTER TABLE t ADD CHECK (a > 1) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT t_a_check",
  },
  { given: T, statements: "ALTER TABLE t ADD CONSTRAINT x CHECK (a > 0) NOT ENFORCED", since: 18 },
  {
    statements:
      "CREATE TABLE s (a int CHECK (a > 0), b varchar(5) CONSTRAINT bb CHECK (b <> ''), CHECK (a > length(b)))",
  },
  ...[
    "PRIMARY KEY (a)",
    'UNIQUE (a, "Größe")',
    "UNIQUE (a) INCLUDE (b, c) DEFERRABLE INITIALLY DEFERRED",
    "UNIQUE (a) WITH (fillfactor = 70)",
    "UNIQUE (n) DEFERRABLE",
    "UNIQUE NULLS NOT DISTINCT (a, b)",
  ].map((text): DefinitionCase => ({ given: T, statements: `ALTER TABLE t ADD CONSTRAINT x ${text}` })),
  {
    given: T,
    statements:
      "ALTER TABLE t ADD UNIQUE (a); ALTER TABLE t ADD PRIMARY KEY (b, c); CREATE UNIQUE INDEX u ON t (d); ALTER TABLE t ADD CONSTRAINT y UNIQUE USING INDEX u",
  },
  ...[
    `FOREIGN KEY (a) REFERENCES other."R"`,
    `FOREIGN KEY (a, b) REFERENCES other."R" (id, "x y") MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL`,
    `FOREIGN KEY (a, b) REFERENCES other."R" (id, "x y") ON DELETE SET NULL (b) DEFERRABLE INITIALLY DEFERRED NOT VALID`,
    `FOREIGN KEY (a) REFERENCES other."R" ON DELETE RESTRICT ON UPDATE SET DEFAULT`,
  ].map((text): DefinitionCase => ({ given: REFERENCED, statements: `ALTER TABLE t ADD CONSTRAINT x ${text}` })),
  {
    given: REFERENCED,
    statements: `ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES other."R" NOT ENFORCED`,
    since: 18,
  },
  {
    since: 18,
    given: "CREATE TABLE p (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS))",
    statements:
      "CREATE TABLE q (id int4range, at daterange, CONSTRAINT k UNIQUE (id, at WITHOUT OVERLAPS), CONSTRAINT x FOREIGN KEY (id, PERIOD at) REFERENCES p (id, PERIOD at))",
    unknown: ["q: k"],
  },
  ...[
    "(a)",
    "(a DESC, b NULLS FIRST, c DESC NULLS LAST)",
    "USING hash (b)",
    "(lower(b))",
    "(lower(g), (a + 1))",
    '("Größe") INCLUDE (b)',
    "(a) WHERE b IS NOT NULL",
    "(a) WHERE h",
    "(g) WHERE g <> 'x' AND a > 0",
    "(a) WITH (fillfactor = 70, deduplicate_items = off)",
    `(b COLLATE "C")`,
    "(n)",
    "(b text_pattern_ops)",
    "(k)",
    "(g varchar_pattern_ops DESC)",
  ].map(index),
  ...["USING gin (o)", "USING brin (a)", "(coalesce(b, ''))", "(a) WHERE m > 0"].map(unknownIndex),
  { given: T, statements: "CREATE UNIQUE INDEX x ON t (a) NULLS NOT DISTINCT; CREATE INDEX ON t (b, length(b))" },
  {
    given:
      "CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9); CREATE TABLE r (id int PRIMARY KEY)",
    statements:
      "CREATE INDEX ON p (b); ALTER TABLE p ADD CHECK (b <> ''), ADD UNIQUE (a), ADD FOREIGN KEY (a) REFERENCES r; CREATE TABLE p2 PARTITION OF p DEFAULT; CREATE INDEX only_p ON ONLY p (a, b)",
  },
  {
    given: "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a, 'x'::text AS b",
    statements: "CREATE UNIQUE INDEX ON m (a); CREATE INDEX ON m (lower(b))",
  },
  // What was there before follows what is changed.
  {
    given: `${T}; ALTER TABLE t ADD CONSTRAINT x CHECK (b <> '' AND coalesce(b, "Größe"::text) IS NOT NULL), ADD UNIQUE (b, a) INCLUDE ("Größe"); CREATE INDEX y ON t (lower(b), b) WHERE length(b) > "Größe"`,
    statements: `ALTER TABLE t RENAME b TO "b B"; ALTER TABLE t RENAME "Größe" TO size; ALTER TABLE t RENAME TO u; ALTER INDEX y RENAME TO z; CREATE SCHEMA s; ALTER TABLE u SET SCHEMA s`,
  },
  {
    given: `${REFERENCED}; ALTER TABLE t ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES other."R"`,
    statements: `ALTER TABLE other."R" RENAME TO r; ALTER TABLE other.r RENAME id TO nr; ALTER TABLE t RENAME a TO r_nr; ALTER TABLE t ALTER CONSTRAINT x DEFERRABLE`,
  },
  {
    given: `${T}; ALTER TABLE t ADD CONSTRAINT x CHECK (g <> '' AND length(g) < 9), ADD CONSTRAINT y CHECK (g <> 'y') NOT VALID; CREATE INDEX z ON t (lower(g)) WHERE g <> ''; CREATE INDEX gg ON t (g)`,
    statements: "ALTER TABLE t ALTER g TYPE text",
  },
  {
    given: `${T}; CREATE INDEX g ON t USING gin (o); CREATE INDEX m ON t ((coalesce(b, 'x')))`,
    statements:
      "ALTER TABLE t ADD COLUMN z int; COMMENT ON INDEX g IS 'x'; ALTER TABLE t DROP COLUMN z; ALTER TABLE t ALTER a SET NOT NULL",
  },
];

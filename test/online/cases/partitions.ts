import type { OnlineCase } from "../online-case.ts";
import { MEASURES } from "./shop.ts";

const LOOSE = `${MEASURES}
CREATE TABLE loose (sensor_id int, at date NOT NULL, value numeric);
INSERT INTO loose SELECT 1 + g % 4, date '2026-01-01' + g, g FROM generate_series(1, 100) g;`;
const WITH_REST = `${LOOSE} CREATE TABLE measure_rest PARTITION OF measure DEFAULT; INSERT INTO measure VALUES (1, '2030-01-01', 1);`;
const ATTACH = "ALTER TABLE measure ATTACH PARTITION loose FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')";

const byTwo = (from: string, to: string): Pick<OnlineCase, "given" | "migration"> => ({
  given: `CREATE TABLE p (a int, b text, c int) PARTITION BY RANGE (a, c);
    CREATE TABLE q (a int, b text, c int);
    INSERT INTO q VALUES (5, 'x', 7), (5, 'x', 8);`,
  migration: `ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (${from}) TO (${to})`,
});

const byList = (type: string, rows: string, bound: string): Pick<OnlineCase, "given" | "migration"> => ({
  given: `CREATE TABLE p (k ${type}) PARTITION BY LIST (k); CREATE TABLE q (k ${type}); INSERT INTO q VALUES ${rows};`,
  migration: `ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (${bound})`,
});

const byRange = (type: string, row: string, from: string, to: string): Pick<OnlineCase, "given" | "migration"> => ({
  given: `CREATE TABLE p (k ${type}) PARTITION BY RANGE (k); CREATE TABLE q (k ${type}); INSERT INTO q VALUES (${row});`,
  migration: `ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (${from}) TO (${to})`,
});

/** ATTACH, DETACH, CREATE … PARTITION OF. */
export const PARTITION_CASES: readonly OnlineCase[] = [
  { name: "a partition that is attached", given: LOOSE, migration: ATTACH },
  { name: "a partition that is attached beside a default one", given: WITH_REST, migration: ATTACH },
  {
    name: "a partition that is attached and proved already",
    given: `${LOOSE} ALTER TABLE loose ADD CONSTRAINT proof CHECK (at >= '2026-01-01' AND at < '2027-01-01');`,
    migration: ATTACH,
    runs: ["ALTER TABLE measure ATTACH PARTITION loose"],
  },
  {
    name: "a partition that is attached, with its indexes missing",
    given: `${LOOSE} CREATE INDEX by_value ON measure (value); CREATE INDEX ON measure (lower(value::text)) WHERE value > 2;`,
    migration: ATTACH,
  },
  {
    name: "a partition that is attached, with one of its indexes there",
    given: `${LOOSE} CREATE INDEX by_value ON measure (value); CREATE INDEX mine ON loose (value);`,
    migration: ATTACH,
  },
  {
    name: "a partition that is attached, with a unique constraint missing",
    given: `${LOOSE} ALTER TABLE measure ADD UNIQUE (sensor_id, at);`,
    migration: ATTACH,
  },
  {
    name: "a partition that is attached, with a primary key missing",
    given: `${LOOSE.replaceAll("sensor_id int, at", "sensor_id int NOT NULL, at")} ALTER TABLE measure ADD PRIMARY KEY (sensor_id, at);`,
    migration: ATTACH,
  },
  {
    name: "a partition that is attached, with a foreign key missing",
    given: `${LOOSE} ALTER TABLE measure ADD CONSTRAINT fk FOREIGN KEY (sensor_id) REFERENCES sensor ON DELETE CASCADE;`,
    migration: ATTACH,
  },
  {
    name: "a partition that is attached, with a foreign key there",
    given: `${LOOSE} ALTER TABLE measure ADD CONSTRAINT fk FOREIGN KEY (sensor_id) REFERENCES sensor; ALTER TABLE loose ADD CONSTRAINT mine FOREIGN KEY (sensor_id) REFERENCES sensor;`,
    migration: ATTACH,
  },
  {
    name: "a partition that is attached, with a check",
    given: `${LOOSE} ALTER TABLE measure ADD CONSTRAINT positive CHECK (value >= 0); ALTER TABLE loose ADD CONSTRAINT positive CHECK (value >= 0);`,
    migration: ATTACH,
  },
  {
    name: "a new partition that is attached",
    given: WITH_REST,
    migration:
      "CREATE TABLE measure_2028 (LIKE measure INCLUDING ALL); ALTER TABLE measure ATTACH PARTITION measure_2028 FOR VALUES FROM ('2028-01-01') TO ('2029-01-01')",
  },
  {
    name: "a default partition that is attached",
    given: LOOSE,
    migration: "ALTER TABLE measure ATTACH PARTITION loose DEFAULT",
  },
  {
    name: "a partitioned partition that is attached",
    given: `${MEASURES} CREATE TABLE tree (sensor_id int, at date NOT NULL, value numeric) PARTITION BY LIST (sensor_id);
      CREATE TABLE tree_1 PARTITION OF tree FOR VALUES IN (1); CREATE TABLE tree_rest PARTITION OF tree DEFAULT;
      INSERT INTO tree SELECT 1 + g % 4, date '2026-01-01' + g, g FROM generate_series(1, 100) g; CREATE INDEX by_value ON measure (value);`,
    migration: "ALTER TABLE measure ATTACH PARTITION tree FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  },
  {
    name: "a partition of a partition that is attached",
    given: `${MEASURES} ALTER TABLE measure_2025 DETACH PARTITION measure_2025_rest; CREATE TABLE loose (sensor_id int, at date NOT NULL, value numeric); INSERT INTO loose VALUES (7, '2025-05-05', 1);`,
    migration: "ALTER TABLE measure_2025 ATTACH PARTITION loose FOR VALUES IN (7, 8)",
  },
  { name: "a partition by two columns", ...byTwo("1, 2", "9, 1") },
  { name: "a partition by two columns with the same first one", ...byTwo("5, 2", "5, 9") },
  { name: "a partition by two columns with open ends", ...byTwo("1, MINVALUE", "5, MAXVALUE") },
  { name: "a partition by two columns without a beginning", ...byTwo("minvalue, minvalue", "5, 9") },
  { name: "a partition by two columns without an end", ...byTwo("5, 3", "MAXVALUE, MAXVALUE") },
  { name: "a partition with all values", ...byTwo("MINVALUE, MINVALUE", "MAXVALUE, MAXVALUE") },
  { name: "a partition by a list of numbers", ...byList("int", "(1), (2)", "1, 2, 3") },
  { name: "a partition by one value", ...byList("text", "('a')", "'a'") },
  { name: "a partition by a list with NULL", ...byList("text", "('a'), (NULL)", "'a', NULL, 'b, c'") },
  { name: "a partition by NULL alone", ...byList("text", "(NULL)", "NULL") },
  {
    name: "a partition by an enum",
    ...byList("mood", "('sad')", "'sad', 'ok'"),
    given:
      "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); CREATE TABLE p (k mood) PARTITION BY LIST (k); CREATE TABLE q (k mood); INSERT INTO q VALUES ('sad');",
  },
  { name: "a partition by a range of bigint", ...byRange("bigint", "5", "-1", "10000000000") },
  { name: "a partition by a range of numeric", ...byRange("numeric", "5", "1.5", "7.25") },
  {
    name: "a partition by a range of timestamps",
    ...byRange("timestamp", "'2024-05-05'", "'2024-05-01'", "'2024-06-01 12:00'"),
  },
  {
    name: "a partition by a range of timestamps with time zone",
    ...byRange("timestamptz", "'2024-05-05'", "'2024-05-01'", "'2024-06-01'"),
  },
  {
    name: "a partition by a range of uuid",
    ...byRange(
      "uuid",
      "'40000000-0000-0000-0000-000000000000'",
      "'00000000-0000-0000-0000-000000000000'",
      "'80000000-0000-0000-0000-000000000000'",
    ),
  },
  { name: "a partition by a range of text", ...byRange("text", "'b'", "'a'", "'c'") },
  { name: "a partition by a range of varchar", ...byRange("varchar(10)", "'b'", "'a'", "'c'") },
  { name: "a partition by a list of varchar", ...byList("varchar(10)", "('b')", "'a', 'b'") },
  {
    name: "a partition by an expression",
    given: "CREATE TABLE p (k text) PARTITION BY LIST (lower(k)); CREATE TABLE q (k text); INSERT INTO q VALUES ('A');",
    migration: "ALTER TABLE p ATTACH PARTITION q FOR VALUES IN ('a')",
  },
  {
    name: "a default partition by list that is attached",
    given:
      "CREATE TABLE p (k text) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN ('a', NULL); CREATE TABLE p2 PARTITION OF p FOR VALUES IN ('b', 'c'); CREATE TABLE q (k text); INSERT INTO q VALUES ('x');",
    migration: "ALTER TABLE p ATTACH PARTITION q DEFAULT",
  },
  {
    name: "a default partition by two columns that is attached",
    given:
      "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a, b); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1, 1) TO (1, 9); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (2, MINVALUE) TO (5, 5); CREATE TABLE q (a int, b int); INSERT INTO q VALUES (9, 9), (NULL, 1);",
    migration: "ALTER TABLE p ATTACH PARTITION q DEFAULT",
  },
  {
    name: "a partition by two columns beside a default one",
    given:
      "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a, b); CREATE TABLE rest PARTITION OF p DEFAULT; INSERT INTO p VALUES (9, 9), (NULL, 1); CREATE TABLE q (a int, b int); INSERT INTO q VALUES (1, 5);",
    migration: "ALTER TABLE p ATTACH PARTITION q FOR VALUES FROM (1, 1) TO (2, 9)",
  },
  {
    name: "a partition below a default one that is attached",
    given:
      "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (5); CREATE TABLE rest PARTITION OF p DEFAULT PARTITION BY LIST (b); CREATE TABLE q (a int, b int); INSERT INTO q VALUES (9, 1);",
    migration: "ALTER TABLE rest ATTACH PARTITION q FOR VALUES IN (1, 2)",
  },
  {
    name: "a partition by hash",
    given:
      "CREATE TABLE p (k int) PARTITION BY HASH (k); CREATE TABLE q (k int); INSERT INTO q SELECT g FROM generate_series(1, 20) g WHERE false; INSERT INTO q SELECT 1 WHERE satisfies_hash_partition('p'::regclass, 1, 0, 1);",
    migration: "ALTER TABLE p ATTACH PARTITION q FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
    refused: /hash/,
  },
  {
    name: "a partition with quoted names",
    given: `CREATE SCHEMA "Ä"; CREATE TABLE "Ä"."P p" ("Schlüssel ""k""" int) PARTITION BY RANGE ("Schlüssel ""k"""); CREATE TABLE "Ä"."Q" ("Schlüssel ""k""" int); INSERT INTO "Ä"."Q" VALUES (5);`,
    migration: `ALTER TABLE "Ä"."P p" ATTACH PARTITION "Ä"."Q" FOR VALUES FROM (1) TO (10)`,
  },
  {
    name: "a partition that is detached",
    given: MEASURES,
    migration: "ALTER TABLE measure DETACH PARTITION measure_2024",
    runs: ["ALTER TABLE measure DETACH PARTITION measure_2024 CONCURRENTLY", "ALTER TABLE public.measure_2024 DROP"],
  },
  {
    name: "a partition with an index that is detached",
    given: `${MEASURES} CREATE INDEX ON measure (value); ALTER TABLE measure ADD UNIQUE (sensor_id, at);`,
    migration: "ALTER TABLE measure DETACH PARTITION measure_2024",
  },
  {
    name: "a partition that is detached beside a default one",
    given: WITH_REST,
    migration: "ALTER TABLE measure DETACH PARTITION measure_2024",
    runs: ["ALTER TABLE measure DETACH PARTITION measure_2024"],
  },
  {
    name: "a partition that is made",
    given: MEASURES,
    migration: "CREATE TABLE measure_2026 PARTITION OF measure FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  },
  {
    name: "a partition that is made beside a default one",
    given: WITH_REST,
    migration: "CREATE TABLE measure_2028 PARTITION OF measure FOR VALUES FROM ('2028-01-01') TO ('2029-01-01')",
  },
  {
    name: "a partition with options that is made beside a default one",
    given: `${WITH_REST} CREATE INDEX ON measure (value); ALTER TABLE measure ADD CONSTRAINT fk FOREIGN KEY (sensor_id) REFERENCES sensor;`,
    migration:
      "CREATE TABLE IF NOT EXISTS measure_2028 PARTITION OF measure (value DEFAULT 5 NOT NULL) FOR VALUES FROM ('2028-01-01') TO ('2029-01-01') WITH (fillfactor = 70)",
  },
  {
    name: "a list partition that is made beside a default one",
    given: `${MEASURES} DELETE FROM measure WHERE sensor_id = 2 AND at >= '2025-01-01';`,
    migration: "CREATE TABLE measure_2025_two PARTITION OF measure_2025 FOR VALUES IN (2)",
  },
  { name: "a partition that is dropped", given: MEASURES, migration: "DROP TABLE measure_2024" },
  {
    name: "a partition whose column changes while it is detached",
    given: `CREATE TABLE p (a bigint NOT NULL, b int) PARTITION BY RANGE (a);
      CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (100); ALTER TABLE p_1 ADD PRIMARY KEY (a);
      INSERT INTO p SELECT g, g FROM generate_series(1, 50) g;`,
    migration:
      "ALTER TABLE p DETACH PARTITION p_1; ALTER TABLE p_1 ALTER b TYPE text; ALTER TABLE p ALTER b TYPE text; ALTER TABLE p ATTACH PARTITION p_1 FOR VALUES FROM (0) TO (100)",
    refused: /attaches p_1, which keeps lockkeeper_dropped_b until `contract`/,
  },
];

import type { OnlineCase } from "../online-case.ts";
import { MEASURES, QUOTED, SHOP } from "./shop.ts";

const PLAIN =
  "CREATE TABLE t (a int, b text, c int NOT NULL); INSERT INTO t SELECT g, g, g FROM generate_series(1, 100) g;";
const FILLED = MEASURES.replace("sensor_id int, at date NOT NULL", "sensor_id int NOT NULL, at date NOT NULL");

/**
 * From 18 on a primary key of a partition says of its columns' NOT NULL that it is the partition's own too. PostgreSQL
 * says so wherever a partition gets its key before the partitioned table does, and nothing takes it back.
 */
const LOCAL_TOO = /notNullConstraint\/local: as written false, online true/;

/** UNIQUE and PRIMARY KEY. */
export const KEY_CASES: readonly OnlineCase[] = [
  {
    name: "a unique constraint",
    given: SHOP,
    migration: "ALTER TABLE customer ADD UNIQUE (email)",
    runs: [
      "CREATE UNIQUE INDEX CONCURRENTLY customer_email_key",
      "ALTER TABLE customer ADD CONSTRAINT customer_email_key UNIQUE USING INDEX",
    ],
  },
  {
    name: "a unique constraint with all its trimmings",
    given: SHOP,
    migration: `ALTER TABLE customer ADD CONSTRAINT "u U" UNIQUE NULLS NOT DISTINCT (email) INCLUDE ("Größe") WITH (fillfactor = 70) DEFERRABLE INITIALLY DEFERRED`,
  },
  {
    name: "two unique constraints",
    given: SHOP,
    migration: "ALTER TABLE customer ADD UNIQUE (email), ADD UNIQUE (id, email)",
  },
  {
    name: "a unique constraint with quoted names",
    given: QUOTED,
    migration: `ALTER TABLE "Läden"."Kunde" ADD UNIQUE ("E-Mail", "select")`,
  },
  {
    name: "a primary key on columns that may be null",
    given: PLAIN,
    migration: "ALTER TABLE t ADD PRIMARY KEY (a, b)",
  },
  {
    name: "a primary key on a column that cannot be null",
    given: PLAIN,
    migration: "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (c)",
  },
  {
    name: "a primary key with columns included",
    given: PLAIN,
    migration: "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (c) INCLUDE (b) WITH (fillfactor = 90)",
  },
  {
    name: "a primary key from an index",
    given: `${PLAIN} CREATE UNIQUE INDEX i ON t (c);`,
    migration: "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX i",
    runs: ["ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX i"],
  },
  {
    name: "a primary key from an index on columns that may be null",
    given: `${PLAIN} CREATE UNIQUE INDEX i ON t (a, c);`,
    migration: "ALTER TABLE t ADD PRIMARY KEY USING INDEX i",
  },
  {
    name: "a unique constraint from an index",
    given: `${PLAIN} CREATE UNIQUE INDEX i ON t (a);`,
    migration: "ALTER TABLE t ADD UNIQUE USING INDEX i",
  },
  {
    name: "a primary key in the place of another",
    given: SHOP,
    migration: "ALTER TABLE orders DROP CONSTRAINT orders_pkey, ADD PRIMARY KEY (id, customer_id)",
  },
  {
    name: "an exclusion constraint",
    given: "CREATE TABLE booking (during tsrange); INSERT INTO booking VALUES ('[2024-01-01,2024-01-02)');",
    migration: "ALTER TABLE booking ADD EXCLUDE USING gist (during WITH &&)",
    refused: /exclusion constraint|builds an index/i,
  },
  {
    name: "a key without overlaps",
    since: 18,
    given: "CREATE TABLE booking (during daterange NOT NULL); INSERT INTO booking VALUES ('[2024-01-01,2024-01-02)'); ",
    migration: "ALTER TABLE booking ADD UNIQUE (during, during WITHOUT OVERLAPS)".replace("during, during", "during"),
    refused: /overlaps/i,
  },
  {
    name: "a unique constraint of a partitioned table",
    given: MEASURES,
    migration: "ALTER TABLE measure ADD UNIQUE (sensor_id, at, value)",
  },
  {
    name: "a named unique constraint of a partitioned table",
    given: MEASURES,
    migration: `ALTER TABLE measure ADD CONSTRAINT "m U" UNIQUE NULLS NOT DISTINCT (sensor_id, at, value)`,
  },
  {
    name: "a primary key of a partitioned table",
    differs: LOCAL_TOO,
    given: FILLED,
    migration: "ALTER TABLE measure ADD PRIMARY KEY (sensor_id, at)",
  },
  {
    name: "a primary key of a partitioned table on columns that may be null",
    differs: LOCAL_TOO,
    given: MEASURES,
    migration: "ALTER TABLE measure ADD CONSTRAINT pk PRIMARY KEY (sensor_id, at, value)",
  },
  {
    name: "a unique constraint of a partition",
    given: MEASURES,
    migration: "ALTER TABLE measure_2024 ADD UNIQUE (at, sensor_id)",
  },
  {
    name: "a unique constraint of a partitioned partition",
    given: MEASURES,
    migration: "ALTER TABLE measure_2025 ADD UNIQUE (sensor_id, at)",
  },
  {
    name: "a unique constraint that a leaf has already",
    given: `${MEASURES} ALTER TABLE measure_2024 ADD CONSTRAINT mine UNIQUE (sensor_id, at);`,
    migration: "ALTER TABLE measure ADD UNIQUE (sensor_id, at)",
  },
];

import type { OnlineCase } from "../online-case.ts";
import { FAMILY, MEASURES, QUOTED, SHOP } from "./shop.ts";

/** SET NOT NULL and NOT NULL constraints. */
export const NOT_NULL_CASES: readonly OnlineCase[] = [
  { name: "a column that becomes NOT NULL", given: SHOP, migration: "ALTER TABLE orders ALTER total SET NOT NULL" },
  {
    name: "a column that becomes NOT NULL on 18",
    since: 18,
    given: SHOP,
    migration: "ALTER TABLE orders ALTER total SET NOT NULL",
    runs: ["ALTER TABLE orders ADD CONSTRAINT", "ALTER TABLE orders VALIDATE CONSTRAINT"],
  },
  {
    name: "a column that becomes NOT NULL before 18",
    until: 17,
    given: SHOP,
    migration: "ALTER TABLE orders ALTER total SET NOT NULL",
    runs: [
      "ALTER TABLE orders ADD CONSTRAINT",
      "ALTER TABLE orders VALIDATE",
      "ALTER TABLE orders ALTER COLUMN",
      "ALTER TABLE orders DROP",
    ],
  },
  {
    name: "a column that is NOT NULL already",
    given: SHOP,
    migration: "ALTER TABLE orders ALTER id SET NOT NULL",
    runs: ["ALTER TABLE orders ALTER id SET NOT NULL"],
  },
  {
    name: "a column that a CHECK has proved",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT proof CHECK (total IS NOT NULL);`,
    migration: "ALTER TABLE orders ALTER total SET NOT NULL",
    runs: ["ALTER TABLE orders ALTER total SET NOT NULL"],
  },
  {
    name: "a column that a CHECK has proved, which goes in the same statement",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT proof CHECK (total IS NOT NULL);`,
    migration: "ALTER TABLE orders ALTER total SET NOT NULL, DROP CONSTRAINT proof",
    runs: ["ALTER TABLE orders ALTER total SET NOT NULL", "ALTER TABLE orders DROP CONSTRAINT proof"],
  },
  {
    name: "a column that a CHECK has proved, which goes in the next statement",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT proof CHECK (total IS NOT NULL);`,
    migration: "ALTER TABLE orders ALTER total SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT proof",
  },
  {
    name: "several columns that become NOT NULL",
    given: SHOP,
    migration: "ALTER TABLE orders ALTER total SET NOT NULL, ALTER COLUMN note SET NOT NULL, ALTER at SET NOT NULL",
  },
  {
    name: "a quoted column that becomes NOT NULL",
    given: QUOTED,
    migration: `ALTER TABLE "Läden"."Be""stellung" ALTER "Größe in cm" SET NOT NULL`,
  },
  {
    name: "a column of a parent that becomes NOT NULL",
    given: FAMILY,
    migration: "ALTER TABLE asset ALTER name SET NOT NULL",
  },
  {
    name: "a column of a partitioned table that becomes NOT NULL",
    given: MEASURES,
    migration: "ALTER TABLE measure ALTER sensor_id SET NOT NULL",
  },
  {
    name: "a column of a partition that becomes NOT NULL",
    given: MEASURES,
    migration: "ALTER TABLE measure_2024 ALTER value SET NOT NULL",
  },
  {
    name: "a column whose NOT NULL was never validated",
    since: 18,
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT nn NOT NULL total NOT VALID;`,
    migration: "ALTER TABLE orders ALTER total SET NOT NULL",
    runs: ["ALTER TABLE orders VALIDATE CONSTRAINT"],
  },
  {
    name: "a NOT NULL constraint",
    since: 18,
    given: SHOP,
    migration: "ALTER TABLE orders ADD CONSTRAINT filled NOT NULL total, ADD NOT NULL note",
  },
  {
    name: "a NOT NULL constraint that is not inherited",
    since: 18,
    given: FAMILY,
    migration: "ALTER TABLE asset ADD CONSTRAINT filled NOT NULL name NO INHERIT",
  },
  {
    name: "a column that becomes NOT NULL with IF EXISTS and ONLY",
    given: SHOP,
    migration: "ALTER TABLE IF EXISTS ONLY orders ALTER total SET NOT NULL",
  },
  {
    name: "a column that becomes NOT NULL in a table that is not there",
    given: SHOP,
    migration: "ALTER TABLE IF EXISTS missing ALTER total SET NOT NULL",
  },
  {
    name: "a long name that becomes NOT NULL",
    given: `CREATE TABLE t (${"ä".repeat(31)} int); INSERT INTO t VALUES (1);`,
    migration: `ALTER TABLE t ALTER ${"ä".repeat(31)} SET NOT NULL`,
  },
  {
    name: "a column that becomes NOT NULL and gets a default",
    given: SHOP,
    migration: "ALTER TABLE orders ALTER note SET DEFAULT 'x', ALTER note SET NOT NULL",
  },
];

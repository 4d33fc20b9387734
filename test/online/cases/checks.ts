import type { OnlineCase } from "../online-case.ts";
import { FAMILY, MEASURES, QUOTED, SHOP } from "./shop.ts";

/** CHECK constraints and their validation. */
export const CHECK_CASES: readonly OnlineCase[] = [
  {
    name: "a check",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CHECK (total > 0)",
    runs: ["ALTER TABLE orders ADD CONSTRAINT", "ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check"],
  },
  {
    name: "a named check",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0 AND id > 0)",
  },
  {
    name: "two checks without names",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CHECK (total > 0), ADD CHECK (total < 1000)",
  },
  {
    name: "a check over two columns",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CHECK (total > 0 OR note IS NULL)",
  },
  {
    name: "a check with a comma in a string",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CHECK (note NOT IN ('a, b', 'c)')), ALTER note SET DEFAULT ','",
  },
  {
    name: "a check that is not valid",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID",
    runs: ["ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID"],
  },
  {
    name: "a check that is not enforced",
    since: 18,
    given: SHOP,
    migration: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT ENFORCED",
  },
  {
    name: "a check that is validated",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;`,
    migration: "ALTER TABLE orders VALIDATE CONSTRAINT positive",
    runs: ["ALTER TABLE orders VALIDATE CONSTRAINT positive"],
  },
  {
    name: "a check that is validated beside something stronger",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID;`,
    migration: "ALTER TABLE orders VALIDATE CONSTRAINT positive, ADD COLUMN more int, ALTER note SET DEFAULT 'x'",
  },
  {
    name: "a check that is added and validated in one statement",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID, VALIDATE CONSTRAINT positive",
  },
  {
    name: "a check that is added and validated in one transaction",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID; ALTER TABLE orders VALIDATE CONSTRAINT positive",
  },
  { name: "a check of a parent with children", given: FAMILY, migration: "ALTER TABLE asset ADD CHECK (price > 0)" },
  {
    name: "a check of a parent alone",
    given: FAMILY,
    migration: "ALTER TABLE ONLY asset ADD CONSTRAINT alone CHECK (price > 0) NO INHERIT",
  },
  { name: "a check of a child", given: FAMILY, migration: "ALTER TABLE car ADD CHECK (doors > 0)" },
  {
    name: "a check of a partitioned table",
    given: MEASURES,
    migration: "ALTER TABLE measure ADD CONSTRAINT positive CHECK (value >= 0)",
  },
  { name: "a check of a partition", given: MEASURES, migration: "ALTER TABLE measure_2025_odd ADD CHECK (value >= 0)" },
  {
    name: "a check with quoted names",
    given: QUOTED,
    migration: `ALTER TABLE "Läden"."Kunde" ADD CONSTRAINT "größer ""0""" CHECK ("select" > 0)`,
  },
  {
    name: "a check without a name on quoted names",
    given: QUOTED,
    migration: `ALTER TABLE "Läden"."Be""stellung" ADD CHECK ("Größe in cm" > 0)`,
  },
  {
    name: "checks of two tables",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CHECK (total > 0); ALTER TABLE customer ADD CHECK (id > 0)",
  },
  {
    name: "a check in the place of another",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0);`,
    migration: "ALTER TABLE orders DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (total >= 0)",
  },
  {
    name: "a check that a function makes",
    given: `${SHOP} CREATE FUNCTION ok(n numeric) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT n > 0';`,
    migration: "ALTER TABLE orders ADD CHECK (ok(total))",
  },
];

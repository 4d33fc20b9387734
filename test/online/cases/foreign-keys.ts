import type { OnlineCase } from "../online-case.ts";
import { FAMILY, MEASURES, QUOTED, SHOP } from "./shop.ts";

const PARTITIONED_TARGET = `${MEASURES} ALTER TABLE measure ADD CONSTRAINT pk PRIMARY KEY (sensor_id, at, value);
CREATE TABLE remark (sensor_id int, at date, value numeric, text text);
INSERT INTO remark SELECT sensor_id, at, value, 'r' FROM measure LIMIT 50;`.replace(
  "value numeric) PARTITION",
  "value numeric) PARTITION",
);

/** FOREIGN KEY in all of its surroundings. */
export const FOREIGN_KEY_CASES: readonly OnlineCase[] = [
  {
    name: "a foreign key",
    given: SHOP,
    migration: "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customer",
  },
  {
    name: "a named foreign key",
    given: SHOP,
    migration: "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE",
    runs: [
      "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE NOT VALID",
      "ALTER TABLE orders VALIDATE CONSTRAINT fk",
    ],
  },
  {
    name: "a foreign key with all its trimmings",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES public.customer (id) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (customer_id) DEFERRABLE INITIALLY DEFERRED",
  },
  {
    name: "a foreign key to the table itself",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD COLUMN before bigint; ALTER TABLE orders ADD FOREIGN KEY (before) REFERENCES orders",
  },
  {
    name: "two foreign keys in one statement",
    given: SHOP,
    migration:
      "ALTER TABLE orders ADD COLUMN payer bigint, ADD FOREIGN KEY (customer_id) REFERENCES customer, ADD FOREIGN KEY (payer) REFERENCES customer",
  },
  {
    name: "a foreign key to a new table",
    given: SHOP,
    migration:
      "CREATE TABLE country (id int PRIMARY KEY); ALTER TABLE customer ADD COLUMN country int REFERENCES country",
  },
  {
    name: "a new table with a foreign key",
    given: SHOP,
    migration: "CREATE TABLE item (id int PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders)",
  },
  {
    name: "a foreign key that is validated",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer NOT VALID;`,
    migration: "ALTER TABLE orders VALIDATE CONSTRAINT fk",
  },
  {
    name: "a foreign key that is validated beside something stronger",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer NOT VALID;`,
    migration: "ALTER TABLE orders VALIDATE CONSTRAINT fk, DROP COLUMN note",
  },
  {
    name: "a foreign key with quoted names",
    given: QUOTED,
    migration: `ALTER TABLE "Läden"."Be""stellung" ADD FOREIGN KEY ("Kunde Nr") REFERENCES "Läden"."Kunde" ("Nr")`,
  },
  {
    name: "a foreign key of a child",
    given: `${FAMILY} CREATE TABLE brand (id int PRIMARY KEY); INSERT INTO brand SELECT generate_series(1, 60);`,
    migration: "ALTER TABLE car ADD FOREIGN KEY (id) REFERENCES brand",
  },
  {
    name: "a foreign key of a parent",
    given: `${FAMILY} CREATE TABLE brand (id int PRIMARY KEY); INSERT INTO brand SELECT generate_series(1, 60);`,
    migration: "ALTER TABLE asset ADD FOREIGN KEY (id) REFERENCES brand",
  },
  {
    name: "a foreign key of a partitioned table",
    given: MEASURES,
    migration: "ALTER TABLE measure ADD FOREIGN KEY (sensor_id) REFERENCES sensor",
  },
  {
    name: "a named foreign key of a partitioned table",
    given: MEASURES,
    migration:
      "ALTER TABLE public.measure ADD CONSTRAINT fk FOREIGN KEY (sensor_id) REFERENCES sensor ON DELETE CASCADE",
  },
  {
    name: "a foreign key of a partition",
    given: MEASURES,
    migration: "ALTER TABLE measure_2024 ADD FOREIGN KEY (sensor_id) REFERENCES sensor",
  },
  {
    name: "a foreign key of a partitioned partition",
    given: MEASURES,
    migration: "ALTER TABLE measure_2025 ADD CONSTRAINT fk FOREIGN KEY (sensor_id) REFERENCES sensor",
  },
  {
    name: "a foreign key to a partitioned table",
    given: PARTITIONED_TARGET,
    migration: "ALTER TABLE remark ADD FOREIGN KEY (sensor_id, at, value) REFERENCES measure",
  },
  {
    name: "a foreign key that becomes enforced",
    since: 18,
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer NOT ENFORCED;`,
    migration: "ALTER TABLE orders ALTER CONSTRAINT fk ENFORCED",
  },
  {
    name: "a foreign key with a comment that becomes enforced",
    since: 18,
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT "F k" FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE DEFERRABLE NOT ENFORCED; COMMENT ON CONSTRAINT "F k" ON orders IS 'it''s';`,
    migration: `ALTER TABLE orders ALTER CONSTRAINT "F k" ENFORCED`,
  },
  {
    name: "a foreign key that is no longer enforced",
    since: 18,
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer;`,
    migration: "ALTER TABLE orders ALTER CONSTRAINT fk NOT ENFORCED",
  },
  {
    name: "a foreign key that becomes deferrable",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer;`,
    migration: "ALTER TABLE orders ALTER CONSTRAINT fk DEFERRABLE",
  },
  {
    name: "a foreign key in the place of another",
    given: `${SHOP} ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer;`,
    migration:
      "ALTER TABLE orders DROP CONSTRAINT fk, ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer ON DELETE CASCADE",
  },
];

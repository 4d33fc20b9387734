import type { OnlineCase } from "../online-case.ts";
import { FAMILY, MEASURES, QUOTED, SHOP } from "./shop.ts";

const done = (name: string, migration: string, given = SHOP): OnlineCase => ({
  name: `bulk write: ${name}`,
  given,
  migration,
  runs: [migration],
});

/** @param triggers that note rows whose keys change meanwhile */
const once = (name: string, migration: string, given = SHOP, triggers = 1): OnlineCase => {
  const times = (what: string): string[] => Array.from({ length: triggers }, () => what);
  const runs = [...times("CREATE TRIGGER"), ...times("ALTER TABLE"), migration, ...times("DROP TRIGGER")];
  return { ...done(name, migration, given), runs };
};

const refused = (name: string, migration: string, said: RegExp, given = SHOP): OnlineCase => ({
  name: `bulk write that is refused: ${name}`,
  given,
  migration,
  refused: said,
});

const TREE = `${SHOP} ALTER TABLE orders ADD parent bigint REFERENCES orders;`;
const LATE = "CREATE TABLE late (id int PRIMARY KEY, nr int UNIQUE DEFERRABLE); INSERT INTO late VALUES (1, 1);";
const RULED = `${SHOP} CREATE RULE kept AS ON DELETE TO orders DO INSTEAD NOTHING;`;
const UNTOLD = "CREATE TABLE untold (a int, b int); INSERT INTO untold VALUES (1, 1);";

const ARCHIVE = `${SHOP} CREATE TABLE gone (LIKE orders, at_last timestamptz);`;
const MOVE = "INSERT INTO gone SELECT *, now() FROM moved";

/** Rows that are moved to another table. */
const ARCHIVE_CASES: readonly OnlineCase[] = [
  done("to another table", `WITH moved AS (DELETE FROM orders o WHERE o.total > 3 RETURNING o.*) ${MOVE}`, ARCHIVE),
  done(
    "from partitions, some columns",
    "WITH moved AS (DELETE FROM measure WHERE value > 3 RETURNING at, value) INSERT INTO old (at, value) SELECT at, value FROM moved ON CONFLICT DO NOTHING",
    `${MEASURES} CREATE TABLE old (LIKE measure);`,
  ),
  ...[
    ["a limit", `DELETE FROM orders RETURNING *) ${MOVE} LIMIT 5`, /by itself.*what orders, groups or limits/is],
    ["a sum", "DELETE FROM orders RETURNING *) INSERT INTO gone (total) SELECT sum(total) FROM moved", /by itself/],
    [
      "another table",
      "DELETE FROM orders USING customer c RETURNING orders.id) INSERT INTO gone (id) SELECT id FROM moved",
      /joins another table/,
    ],
    [
      "the same table",
      "DELETE FROM orders RETURNING *) INSERT INTO orders SELECT * FROM moved",
      /table that it removes them from/,
    ],
    [
      "two lists",
      "DELETE FROM orders RETURNING id), two AS (SELECT 1) INSERT INTO gone (id) SELECT id FROM moved",
      /more than one query in its WITH/,
    ],
    [
      "changed rows",
      "DELETE FROM orders RETURNING id) INSERT INTO gone (id) SELECT id FROM moved ON CONFLICT (id) DO UPDATE SET note = 'x'",
      /changes rows of its target/,
    ],
    ["an answer", `DELETE FROM orders RETURNING *) ${MOVE} RETURNING id`, /RETURNING/],
    [
      "a star among columns",
      "DELETE FROM orders RETURNING *, now()) INSERT INTO gone SELECT * FROM moved",
      /name all columns/i,
    ],
    ["no table", "DELETE FROM orders RETURNING id) INSERT INTO cheap SELECT id FROM moved", /no table/],
    [
      "its own table",
      `DELETE FROM orders WHERE total < (SELECT avg(total) FROM orders) RETURNING *) ${MOVE}`,
      /reads the table that it changes/,
    ],
  ].map(([name, rest, said]) =>
    refused(
      `moved with ${name}`,
      `WITH moved AS (${rest}`,
      said as RegExp,
      `${ARCHIVE} CREATE VIEW cheap AS SELECT id FROM customer;`,
    ),
  ),
];

/** UPDATE and DELETE of many rows. */
export const BULK_CASES: readonly OnlineCase[] = [
  done("all rows", "UPDATE orders SET total = 0"),
  done("some rows", "DELETE FROM orders WHERE total > 3"),
  once("rows by what another table says", "UPDATE orders SET note = c.email FROM customer c WHERE c.id = customer_id"),
  once("rows that another table has", "DELETE FROM orders USING customer c WHERE c.id = customer_id AND c.id > 3"),
  once(
    "rows of partitions, each once",
    "UPDATE measure SET value = value + 1",
    `${MEASURES} ALTER TABLE measure ADD PRIMARY KEY (at, sensor_id);`,
    3,
  ),
  done("rows of names in quotes", `UPDATE "Läden"."Be""stellung" SET "Größe in cm" = 2`, QUOTED),
  done("rows of partitions", "UPDATE measure SET value = 0", MEASURES),
  done("rows without a key, whose new values do not depend on the old ones", "UPDATE untold SET a = b", UNTOLD),
  done("rows of a table that holds a tree, none of which goes", "UPDATE orders SET total = 0", TREE),
  ...ARCHIVE_CASES,
  {
    name: "bulk write: between statements of another kind",
    given: SHOP,
    migration: "ALTER TABLE orders ADD copy numeric; UPDATE orders SET copy = total; CREATE INDEX ON orders (copy)",
    runs: ["ALTER TABLE orders", "UPDATE orders", "CREATE INDEX CONCURRENTLY"],
  },
  refused("behind BEGIN", "BEGIN; UPDATE orders SET total = 0; COMMIT", /between your BEGIN and COMMIT/),
  refused("WITH", "WITH c AS (SELECT 1) UPDATE orders SET total = 0", /200 rows.*has a WITH.*put its query/is),
  refused("RETURNING", "DELETE FROM orders RETURNING id", /RETURNING.*take it out/is),
  refused("several columns from a subquery", "UPDATE orders SET (total, note) = (SELECT 1, 'x')", /from one subquery/),
  refused("a moment as text", "UPDATE orders SET at = 'now'", /'now'.*write now\(\)/is),
  refused("a random choice", "DELETE FROM orders WHERE random() < 0.5", /another value for each call/),
  refused(
    "its own table",
    "DELETE FROM orders WHERE total < (SELECT avg(total) FROM orders)",
    /reads the table that it changes/,
  ),
  refused(
    "its own table through a view",
    "UPDATE orders SET total = 0 WHERE id IN (SELECT id FROM cheap)",
    /reads the table that it changes/,
    `${SHOP} CREATE VIEW cheap AS SELECT id FROM orders WHERE total < 3;`,
  ),
  refused("whole rows", "UPDATE orders o SET note = left(o::text, 20)", /whole rows.*name the columns/is),
  refused("versions of rows", "UPDATE orders SET note = xmin::text", /reads xmin/),
  refused(
    "a column with its schema",
    "UPDATE orders SET total = public.orders.id + 0.5",
    /with its schema.*name it orders\.id/is,
  ),
  refused("a rule", "DELETE FROM orders WHERE total > 3", /rule kept/, RULED),
  refused("a tree", "DELETE FROM orders WHERE total > 3", /orders_parent_fkey.*drop orders_parent_fkey/is, TREE),
  refused("a late check", "UPDATE late SET nr = nr + 1", /late_nr_key, which is deferrable/, LATE),
  refused("heirs", "UPDATE asset SET price = 0", /inherit from it.*ONLY/is, FAMILY),
  done("rows that move to other partitions", "UPDATE measure SET at = '2024-03-01' WHERE at > '2024-06-01'", MEASURES),
  refused(
    "rows that move by what they were",
    "UPDATE measure SET at = at + 1",
    /no unique key over columns that are never null and stay/,
    MEASURES,
  ),
  refused("rows that nothing tells apart", "UPDATE untold SET a = a + 1", /unique key.*add a unique key/is, UNTOLD),
];

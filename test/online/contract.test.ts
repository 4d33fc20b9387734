import { beforeAll, expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import type { OnlinePolicy } from "../../src/online/online-policy.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { testDatabase } from "../support/database.ts";

const GIVEN = `CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL UNIQUE);
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer);
  INSERT INTO customer VALUES (1, 'a'); INSERT INTO orders VALUES (1, 1); GRANT SELECT ON orders TO PUBLIC;`;

const KEPT: OnlinePolicy = { briefSeconds: 0.05, drops: "quarantine", renames: "bridge" };

let state: CatalogState;
beforeAll(async () => {
  await loadParser();
  await using db = await testDatabase();
  await db.query(GIVEN);
  await using session = await connect(db.url);
  state = CatalogState.of(await readCatalog(session.query, { facts: true }), { user: "postgres" });
});

/** Each statement with its phase; those of a trial are in brackets. */
const planned = (text: string, policy: OnlinePolicy): readonly string[] =>
  compileSteps([{ kind: "sql", text, file: "m.sql", firstLine: 1 }], {
    phase: "expand",
    each: false,
    online: { state: state.clone(), policy },
  }).flatMap((step) =>
    step.kind === "ddl"
      ? step.statements.map(({ sql, isTrial }) => `${step.phase}: ${isTrial === true ? `(${sql})` : sql}`)
      : [],
  );

const trial = (sql: string): readonly string[] => [
  "expand: (SAVEPOINT lockkeeper_trial)",
  `expand: (${sql})`,
  "expand: (ROLLBACK TO SAVEPOINT lockkeeper_trial)",
  "expand: (RELEASE SAVEPOINT lockkeeper_trial)",
];

test.each([
  [
    "DROP TABLE orders",
    [
      ...trial("DROP TABLE orders"),
      "expand: ALTER TABLE public.orders DROP CONSTRAINT orders_customer_id_fkey",
      "expand: CREATE SCHEMA lockkeeper_quarantine_orders",
      "expand: ALTER TABLE public.orders SET SCHEMA lockkeeper_quarantine_orders",
      "contract: DROP TABLE IF EXISTS lockkeeper_quarantine_orders.orders",
      "contract: DROP SCHEMA lockkeeper_quarantine_orders",
    ],
  ],
  [
    "ALTER TABLE customer DROP COLUMN email",
    [
      ...trial("ALTER TABLE customer DROP COLUMN email"),
      "expand: ALTER TABLE public.customer ALTER COLUMN email DROP NOT NULL",
      "expand: ALTER INDEX public.customer_email_key RENAME TO lockkeeper_dropped_customer_email_key",
      "expand: ALTER TABLE public.customer RENAME COLUMN email TO lockkeeper_dropped_email",
      "contract: ALTER TABLE public.customer DROP COLUMN lockkeeper_dropped_email",
    ],
  ],
  [
    "ALTER TABLE orders RENAME TO purchase",
    [
      "expand: ALTER TABLE orders RENAME TO purchase",
      "expand: CREATE VIEW public.orders WITH (security_invoker = true) AS SELECT * FROM public.purchase",
      "expand: COMMENT ON VIEW public.orders IS 'Lockkeeper: the old name of public.purchase, until contract'",
      "expand: GRANT SELECT ON public.orders TO PUBLIC",
      "contract: DROP VIEW public.orders",
    ],
  ],
])("%s goes in two halves, and as written where the policy says so", (sql, pieces) => {
  expect(planned(sql, KEPT)).toEqual(pieces);
  expect(planned(sql, { briefSeconds: 0.05, drops: "direct", renames: "direct" })).toEqual([`expand: ${sql}`]);
});

test("what the same file made goes as it is written", () => {
  const text = "CREATE TABLE fresh AS SELECT 1 AS id; ALTER TABLE fresh RENAME TO other; DROP TABLE other";
  expect(planned(text, KEPT)).toEqual(text.split("; ").map((sql) => `expand: ${sql}`));
});

test.each([
  "ALTER TABLE orders RENAME id TO customer_id",
  "ALTER TABLE orders ADD COLUMN customer_id text",
  "ALTER TABLE orders ADD COLUMN IF NOT EXISTS customer_id text",
])("the old name of a column is not free before contract: %s", (sql) => {
  expect(() => planned(`ALTER TABLE orders RENAME customer_id TO buyer; ${sql}`, KEPT)).toThrow(
    /takes the name customer_id, which a column of orders has until/,
  );
});

test("a column is not put aside under a name that subscribers do not have", () => {
  const drop = "ALTER TABLE customer DROP COLUMN email";
  const shown = (columns: string): string => `CREATE PUBLICATION p FOR TABLE customer${columns}; ${drop}`;
  expect(() => planned(shown(""), KEPT)).toThrow(/the publication p shows subscribers all columns of customer/);
  expect(planned(shown(" (id)"), KEPT).at(-1)).toBe(
    "contract: ALTER TABLE public.customer DROP COLUMN lockkeeper_dropped_email",
  );
  expect(() => planned(`ALTER TABLE customer REPLICA IDENTITY FULL; ${shown("")}`, KEPT)).toThrow(
    expect.objectContaining({ action: expect.stringContaining("another replica identity than FULL") }),
  );
});

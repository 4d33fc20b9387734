import { inject } from "vitest";
import { BUILT_IN_CHECKS } from "../../../src/checks/built-in-checks.ts";
import { readProject } from "../../../src/migrations/read-project.ts";
import { DEFAULT_POLICY } from "../../../src/run/policy.ts";
import { Stop } from "../../../src/run/stop.ts";
import { cloneCopy } from "../../../src/safety/rehearsal/copy/clone-copy.ts";
import type { RehearsalReport } from "../../../src/safety/rehearsal/rehearsal-report.ts";
import { type RehearseOptions, rehearse } from "../../../src/safety/rehearsal/rehearse.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { onServer } from "../../support/on-server.ts";
import { type ProjectFiles, writeProject } from "../../support/project.ts";

/** Rows that no migration expects: an order without a number, one of nobody, and an address that two customers have. */
const SHOP = `
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL, phone text);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, total text, note text);
INSERT INTO customers SELECT n, 'c' || n || '@example.com', CASE WHEN n % 2 = 0 THEN '030-' || n END FROM generate_series(1, 600) n;
UPDATE customers SET email = 'c321@example.com' WHERE id = 434;
INSERT INTO orders SELECT n, 1 + n % 600, n || '.50', 'n' || n FROM generate_series(1, 1000) n;
UPDATE orders SET total = 'n/a' WHERE id = 711;
UPDATE orders SET customer_id = 99999 WHERE id = 303;
CREATE VIEW order_list AS SELECT id, note FROM orders;
CREATE VIEW order_notes AS SELECT note FROM order_list;
ANALYZE`;

/** A database to which nobody is connected, so that it can be cloned. */
export async function shop(): Promise<TestDatabase> {
  const db = await testDatabase(inject("serverUrl"));
  await onServer(db.url, (client) => client.query(SHOP));
  return db;
}

/** Rehearses migrations on a clone of the database. */
export async function rehearseHere(
  db: TestDatabase,
  files: ProjectFiles,
  more: Partial<RehearseOptions> = {},
): Promise<RehearsalReport> {
  return await rehearse({
    open: () => cloneCopy(db.url),
    production: db.url,
    rules: { mask: {}, sample: {} },
    migrations: readProject(writeProject(files)),
    policy: DEFAULT_POLICY,
    checks: {
      all: BUILT_IN_CHECKS.filter(({ id }) => id === "index-invalid" || id === "constraint-not-validated"),
      options: { timeoutMs: 60_000, lockTimeoutMs: 1_000, sampleRows: 5 },
    },
    undo: true,
    emit: () => {},
    stop: new Stop(),
    ...more,
  });
}

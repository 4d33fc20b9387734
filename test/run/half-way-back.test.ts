import { expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { down } from "../../src/run/down.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { Stop } from "../../src/run/stop.ts";
import { up } from "../../src/run/up.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

const SHOP = `
CREATE TABLE customer (id bigint PRIMARY KEY, email text, size int);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, total numeric, note varchar(20));
CREATE TABLE events (at date NOT NULL, n int) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_3 (LIKE events INCLUDING ALL);
INSERT INTO customer SELECT g, 'c' || g, g FROM generate_series(1, 50) g;
INSERT INTO orders SELECT g, 1 + g % 50, g, 'n' || g FROM generate_series(1, 200) g;
INSERT INTO events SELECT date '2024-01-01' + g, g FROM generate_series(0, 700) g;
INSERT INTO events_3 SELECT date '2026-01-01' + g, g FROM generate_series(0, 100) g;
CREATE INDEX orders_total ON orders (total);
CREATE MATERIALIZED VIEW sums AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
CREATE UNIQUE INDEX sums_key ON sums (customer_id);
ANALYZE`;

const NOTHING_IS_BRIEF = { ...TEST_POLICY, briefMs: 0 };

const MIGRATIONS: readonly (readonly [name: string, sql: string])[] = [
  ["an index", "CREATE INDEX orders_note ON orders (note)"],
  ["a unique index without a name", "CREATE UNIQUE INDEX ON customer (email)"],
  ["an index that is dropped", "DROP INDEX orders_total"],
  ["an index of a partitioned table", "CREATE INDEX events_n ON events (n)"],
  ["NOT NULL", "ALTER TABLE orders ALTER total SET NOT NULL"],
  [
    "NOT NULL of two columns beside a default",
    "ALTER TABLE orders ALTER total SET NOT NULL, ALTER note SET DEFAULT '-', ALTER customer_id SET NOT NULL",
  ],
  ["a check", "ALTER TABLE orders ADD CHECK (total > 0)"],
  ["a foreign key", "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customer"],
  ["a unique constraint", "ALTER TABLE customer ADD CONSTRAINT customer_email UNIQUE (email)"],
  ["a primary key", "ALTER TABLE orders DROP CONSTRAINT orders_pkey; ALTER TABLE orders ADD PRIMARY KEY (id, note)"],
  ["a column with a constraint", "ALTER TABLE orders ADD COLUMN kind int DEFAULT 1 CHECK (kind > 0)"],
  [
    "a column with a foreign key",
    "ALTER TABLE orders ADD COLUMN by bigint REFERENCES customer; CREATE INDEX ON orders (by)",
  ],
  [
    "a table with an index, and a foreign key to it",
    "CREATE TABLE label (id int PRIMARY KEY); CREATE INDEX ON label (id); ALTER TABLE customer ADD FOREIGN KEY (size) REFERENCES label NOT VALID",
  ],
  ["a partition", "ALTER TABLE events ATTACH PARTITION events_3 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"],
  ["a unique constraint of a partitioned table", "ALTER TABLE events ADD UNIQUE (at, n)"],
  [
    "a foreign key of a partitioned table",
    "ALTER TABLE events ADD COLUMN by bigint; ALTER TABLE events ADD FOREIGN KEY (by) REFERENCES customer",
  ],
  [
    "several tables",
    "ALTER TABLE orders ADD CHECK (total > 0); CREATE INDEX ON customer (size); ALTER TABLE customer ALTER email SET NOT NULL; COMMENT ON TABLE orders IS 'Orders'",
  ],
];

test.each(MIGRATIONS)("%s: what was applied is taken back from every step on", async (_name, sql) => {
  await using db = await prepared();
  const before = await schemaOf(db);
  const migrations = readProject(writeProject({ "0001_a.sql": `${sql};` }));
  let steps = 1;
  for (let done = 1; done <= steps; done++) {
    const events: LockkeeperEvent[] = [];
    const stop = new Stop();
    const emit = (event: LockkeeperEvent): void => {
      events.push(event);
      if (event.type === "step.done" && event.step === done && done < event.steps) stop.afterStep("interrupted");
    };
    await up({ ...operationOn(db), policy: NOTHING_IS_BRIEF, migrations, emit, stop }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: "interrupted" });
    });
    const ended = events.filter((event) => event.type === "step.done");
    expect(ended).toHaveLength(done);
    steps = ended[0]?.steps ?? 0;
    expect(await down({ ...operationOn(db), policy: NOTHING_IS_BRIEF, migrations })).toEqual({ undone: ["0001_a"] });
    expect(await schemaOf(db), `after step ${done} of ${steps}`).toEqual(before);
  }
});

test.each([
  ["a check", "UPDATE orders SET total = -1 WHERE id = 7", "ALTER TABLE orders ADD CHECK (total > 0)"],
  ["NOT NULL", "UPDATE orders SET total = NULL WHERE id = 7", "ALTER TABLE orders ALTER total SET NOT NULL"],
  [
    "a foreign key",
    "UPDATE orders SET customer_id = 0 WHERE id = 7",
    "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customer",
  ],
  ["a unique constraint", "UPDATE customer SET email = 'c1' WHERE id = 7", "ALTER TABLE customer ADD UNIQUE (email)"],
])("%s that a row stands against is taken back in part, and leaves nothing", async (_name, spoil, sql) => {
  await using db = await prepared();
  await db.query(spoil);
  const before = await schemaOf(db);
  const migrations = readProject(writeProject({ "0001_a.sql": `COMMENT ON TABLE customer IS 'C';\n${sql};` }));
  const options = { ...operationOn(db), policy: NOTHING_IS_BRIEF, migrations };
  await expect(up(options)).rejects.toMatchObject({ code: "statement_failed", at: { line: 2 } });
  expect(await schemaOf(db)).not.toEqual(before);
  expect(await down(options)).toEqual({ undone: ["0001_a"] });
  expect(await schemaOf(db)).toEqual(before);
});

async function prepared(): Promise<TestDatabase> {
  const db = await testDatabase();
  await db.query(SHOP);
  return db;
}

async function schemaOf(db: TestDatabase): Promise<unknown> {
  await using session = await connect(db.url);
  const catalog = await readCatalog(session.query, { schemas: { exclude: ["lockkeeper"] } });
  const { facts: _, dependencies: _1, ...schema } = catalog;
  return { fingerprint: catalogFingerprint(catalog), ...schema };
}

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { diffStates } from "../../src/desired/diff-states.ts";
import { loadStates } from "../../src/desired/load-state.ts";
import type { OpenWork } from "../../src/desired/state.ts";
import { stateSource } from "../../src/desired/state-source.ts";
import { diffResult } from "../../src/library/diff-project.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { contract } from "../../src/run/contract.ts";
import { lookForDrift } from "../../src/run/drift/drift-of.ts";
import { onceDone } from "../../src/run/drift/once-done.ts";
import { rebuild } from "../../src/run/drift/rebuild.ts";
import { Stop } from "../../src/run/stop.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, RECORDING_POLICY, TEST_POLICY } from "../support/operations.ts";
import { addFiles, writeProject } from "../support/project.ts";

const FIRST = `CREATE FUNCTION usual() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 2; END';
CREATE TABLE orders (id int PRIMARY KEY, customer text NOT NULL, old int DEFAULT usual(), total int);
CREATE TABLE gone (id int PRIMARY KEY);
CREATE TABLE events (at timestamptz NOT NULL) PARTITION BY RANGE (at);
INSERT INTO orders VALUES (1, 'a', 2, 3); INSERT INTO gone VALUES (1);`;
const AHEAD = `export default { steps: [{ addPartitions: { table: "events", every: "1 month", ahead: 2 } }] };`;
const RESHAPED = `ALTER TABLE orders RENAME COLUMN customer TO buyer;
ALTER TABLE orders DROP COLUMN old; DROP FUNCTION usual();
ALTER TABLE orders ALTER COLUMN total TYPE bigint;
DROP TABLE gone;`;
/** Its first statement is run; the second fails. */
const HALF =
  "-- lockkeeper: transaction each\nALTER TABLE orders ADD COLUMN extra int;\nCREATE UNIQUE INDEX twice ON orders (total);\nCREATE INDEX next ON orders ((extra + 1));\nCREATE INDEX loose ON orders (coalesce(buyer, 'x'), (total % 10)) WHERE buyer <> '' AND buyer <> 'y';";
const WANTED = `CREATE TABLE orders (id int PRIMARY KEY, buyer text CONSTRAINT orders_customer_not_null NOT NULL, total bigint);
CREATE TABLE events (at timestamptz NOT NULL) PARTITION BY RANGE (at);`;

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await testDatabase();
  folder = writeProject({
    "migrations/0001_first.sql": FIRST,
    "migrations/0002_ahead.ts": AHEAD,
    "migrations/0003_reshape.sql": RESHAPED,
    "schema.sql": WANTED,
  });
  // Tables that a call has made itself are changed as it is written.
  for (const to of ["0002_ahead", "0003_reshape"]) {
    await applyAll(db, `${folder}/migrations`, { to, policy: { ...RECORDING_POLICY, briefMs: 0 } });
  }
});
afterAll(() => db.drop());

/** What leads from one state to the other, and what counts as done. */
async function diff(from: string, to: string): Promise<OpenWork & { readonly sql: readonly string[] }> {
  const states = await loadStates(stateSource([from]), stateSource([to]), {
    cwd: folder,
    places: { named: inject("serverUrl") },
    timeoutMs: 30_000,
    commandTimeoutMs: 30_000,
    signal: new AbortController().signal,
    migrations: () => readProject(`${folder}/migrations`),
    onceDone: (session, catalog) => onceDone(session, catalog, TEST_POLICY),
  });
  const { statements, waiting, begun } = diffResult(diffStates(states.from, states.to).diff, states);
  return { sql: statements.map(({ sql }) => sql), waiting, begun };
}

async function driftFromRebuilt(): Promise<readonly string[]> {
  await using session = await connect(db.url);
  const migrations = readProject(`${folder}/migrations`);
  const scratch = { named: inject("serverUrl") };
  const rebuilt = await rebuild({ session, migrations, policy: TEST_POLICY, stop: new Stop(), scratch });
  const { report } = await lookForDrift(session, TEST_POLICY, rebuilt);
  return report.objects.map(({ id }) => id);
}

test("what waits for contract, and partitions for times to come, are no differences", async () => {
  const kept = "SELECT attname FROM pg_attribute WHERE attname ~ '^lockkeeper_' AND NOT attisdropped";
  expect(await db.query(kept)).not.toEqual([]);
  expect(await diff(db.url, "schema.sql")).toMatchObject({ sql: [], waiting: ["0003_reshape"], begun: [] });
  expect(await diff("schema.sql", db.url)).toMatchObject({ sql: [], waiting: ["0003_reshape"] });
  expect((await diff("migrations", "schema.sql")).sql).toEqual([]);
  // As if the migrations had run at another time.
  await db.query("CREATE TABLE later PARTITION OF events FOR VALUES FROM ('2200-01-01') TO ('2200-02-01')");
  await db.query("CREATE INDEX by_hand ON orders (buyer)");
  expect(await driftFromRebuilt()).toEqual(["index:public.by_hand"]);
  await db.query("DROP INDEX by_hand");
});

test("neither is what a run makes that stopped half way, and what nobody waits for any more", async () => {
  await contract({ ...operationOn(db), migrations: readProject(`${folder}/migrations`) });
  expect(await diff(db.url, "schema.sql")).toMatchObject({ sql: [], waiting: [], begun: [] });
  await db.query("INSERT INTO orders VALUES (2, 'b', 3)");
  addFiles(folder, { "migrations/0004_half.sql": HALF });
  await expect(applyAll(db, `${folder}/migrations`)).rejects.toMatchObject({ code: "statement_failed" });
  addFiles(folder, {
    "schema.sql": `${WANTED} ALTER TABLE orders ADD extra int; CREATE UNIQUE INDEX twice ON orders (total); CREATE INDEX next ON orders ((extra + 1)); CREATE INDEX loose ON orders (coalesce(buyer, 'x'), (total % 10)) WHERE buyer <> '' AND buyer <> 'y';`,
  });
  await db.query(`CREATE SCHEMA lockkeeper_quarantine_x; CREATE TABLE lockkeeper_quarantine_x.x (id int);
    ALTER TABLE orders ADD lockkeeper_dropped_y int; CREATE INDEX ON orders (lockkeeper_dropped_y)`);
  expect(await diff(db.url, "schema.sql")).toMatchObject({ sql: [], waiting: [], begun: ["0004_half"] });
  expect(await driftFromRebuilt()).toEqual([]);
});

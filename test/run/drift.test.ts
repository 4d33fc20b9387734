import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { driftOf, lookForDrift } from "../../src/run/drift/drift-of.ts";
import { noteDrift } from "../../src/run/drift/note-drift.ts";
import { rebuild } from "../../src/run/drift/rebuild.ts";
import { reconcilingTexts } from "../../src/run/drift/reconcile.ts";
import { DEFAULT_POLICY } from "../../src/run/policy.ts";
import { readinessProbe } from "../../src/run/readiness-probe.ts";
import { Stop } from "../../src/run/stop.ts";
import { runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll as apply, RECORDING_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

/** What others do by hand, and the change that is told of it. */
const BY_HAND: readonly (readonly [sql: string, change: string, id: string])[] = [
  ["CREATE TABLE shop.by_hand (id int)", "added", "table:shop.by_hand"],
  ["ALTER TABLE shop.orders ADD COLUMN by_hand int", "added", "column:shop.orders.by_hand"],
  ["ALTER TABLE shop.orders DROP COLUMN note", "removed", "column:shop.orders.note"],
  ["ALTER TABLE shop.orders ALTER COLUMN total TYPE bigint", "changed", "column:shop.orders.total"],
  ["ALTER TABLE shop.orders ALTER COLUMN total SET DEFAULT 7", "added", "default:shop.orders.total"],
  ["ALTER TABLE shop.orders ADD CONSTRAINT by_hand CHECK (id > 0)", "added", "constraint:shop.orders.by_hand"],
  ["CREATE INDEX orders_by_hand ON shop.orders (id)", "added", "index:shop.orders_by_hand"],
  ["DROP VIEW shop.report", "removed", "view:shop.report"],
  ["CREATE OR REPLACE FUNCTION shop.one() RETURNS int LANGUAGE sql AS 'SELECT 2'", "changed", "routine:shop.one()"],
  ["CREATE SEQUENCE shop.numbers", "added", "sequence:shop.numbers"],
  ["ALTER TYPE shop.mood ADD VALUE 'glad'", "changed", "type:shop.mood"],
  ["COMMENT ON TABLE shop.items IS 'by hand'", "changed", "table:shop.items"],
  ["CREATE POLICY by_hand ON shop.items USING (true)", "added", "policy:shop.items.by_hand"],
  ["ALTER TABLE shop.items DISABLE TRIGGER kept", "changed", "trigger:shop.items.kept"],
];

const FILES = {
  "migrations/0001_shop.sql": `CREATE SCHEMA shop;
CREATE TYPE shop.mood AS ENUM ('sad');
CREATE TABLE shop.orders (id int PRIMARY KEY, total int, note text);
CREATE TABLE shop.items (id int, mood shop.mood);
CREATE VIEW shop.report AS SELECT id FROM shop.orders;
CREATE FUNCTION shop.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION shop.keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER kept BEFORE INSERT ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.keep();
`,
};

const applyAll: typeof apply = (db, project, options) => apply(db, project, { policy: RECORDING_POLICY, ...options });

let db: TestDatabase;
let project: string;

beforeAll(async () => {
  db = await testDatabase();
  project = writeProject(FILES);
  await applyAll(db, `${project}/migrations`);
  await db.query(
    BY_HAND.map(([sql]) => sql)
      .filter((sql) => !sql.startsWith("ALTER TYPE"))
      .join(";\n"),
  );
  await db.query("ALTER TYPE shop.mood ADD VALUE 'glad'");
});
afterAll(() => db.drop());

test("what was changed by hand is told object by object, whatever kind it is of", async () => {
  await using session = await connect(db.url);
  const { holds, report } = await driftOf(session, DEFAULT_POLICY);
  expect(holds).toBe(false);
  expect(report).toMatchObject({ against: "recorded", recorded: { run: 1, command: "up" }, ofRuns: [] });
  const told = report.objects.map(({ change, id }) => `${change} ${id}`);
  expect(told).toEqual(
    BY_HAND.map(([, change, id]) => `${change} ${id}`).toSorted((a, b) =>
      (a.split(" ")[1] ?? "") < (b.split(" ")[1] ?? "") ? -1 : 1,
    ),
  );
  const total = report.objects.find(({ id }) => id === "column:shop.orders.total");
  expect(total?.fields).toMatchObject([{ field: "type", before: { text: "integer" }, after: { text: "bigint" } }]);
  expect(report.objects.every(({ owner }) => owner === "postgres")).toBe(true);
});

test("readiness tells drift where it is asked to, by the last look", async () => {
  const probe = () => readinessProbe({ url: db.url, expected: ["0001_shop"], drift: true }).check();
  expect(await probe()).toMatchObject({ ready: true });
  await using session = await connect(db.url);
  await noteDrift(session, await lookForDrift(session, DEFAULT_POLICY));
  expect(await probe()).toEqual({
    ready: false,
    reason: "drift",
    objects: BY_HAND.length,
    lookedAt: expect.stringMatching(/^\d{4}-/),
  });
  expect(await readinessProbe({ url: db.url, expected: ["0001_shop"] }).check()).toMatchObject({ ready: true });
});

test("where nothing is recorded nothing is compared, but what the migrations make can be", async () => {
  await using copy = await testDatabase();
  await using session = await connect(copy.url);
  await expect(driftOf(session, DEFAULT_POLICY)).rejects.toMatchObject({ code: "drift_unknown" });
  const policy = { ...DEFAULT_POLICY, drift: { record: "off" as const, ignore: [] } };
  await applyAll(copy, `${project}/migrations`, { policy });
  await expect(driftOf(session, policy)).rejects.toMatchObject({ code: "drift_unknown" });
  await copy.query("ALTER TABLE shop.orders ADD COLUMN by_hand int");
  const migrations = readProject(`${project}/migrations`);
  const scratch = inject("serverUrl");
  const rebuilt = await rebuild({ session, migrations, policy, stop: new Stop(), scratch });
  expect((await lookForDrift(session, policy, rebuilt)).report).toMatchObject({
    against: "rebuilt",
    recorded: null,
    objects: [{ change: "added", id: "column:shop.orders.by_hand" }],
  });
});

test("the migration that takes it back does, and nothing has drifted behind it", async () => {
  await using copy = await testDatabase();
  await applyAll(copy, `${project}/migrations`);
  await using session = await connect(copy.url);
  expect(await driftOf(session, DEFAULT_POLICY)).toMatchObject({ holds: true });
  await copy.query("ALTER TABLE shop.orders ADD COLUMN by_hand int; DROP VIEW shop.report");
  const texts = reconcilingTexts(await lookForDrift(session, DEFAULT_POLICY), "restore");
  await applyAll(copy, {
    "0001_shop.sql": FILES["migrations/0001_shop.sql"],
    "0002_back.sql": texts.up,
    "0002_back.down.sql": texts.down,
  });
  expect(await driftOf(session, DEFAULT_POLICY)).toMatchObject({ holds: true });
  expect(await copy.query("SELECT * FROM shop.report")).toEqual([]);
});

test("indexes that are being built, temporary tables and patterns that are ignored are no drift", async () => {
  await using copy = await testDatabase();
  await applyAll(copy, `${project}/migrations`);
  const [holder, builder, temporary] = [await copy.connect(), await copy.connect(), await copy.connect()];
  await temporary.query("CREATE TEMPORARY TABLE t (id int)");
  await copy.query("CREATE SCHEMA audit; CREATE TABLE audit.log (id int); CREATE TABLE shop.tmp_1 (id int)");
  await holder.query("BEGIN; SELECT txid_current(); LOCK TABLE shop.orders IN ROW EXCLUSIVE MODE");
  const built = builder.query("CREATE INDEX CONCURRENTLY slow ON shop.orders (total)");
  await using session = await connect(copy.url);
  await until(
    "the index is there",
    async () => (await copy.query("SELECT FROM pg_class WHERE relname = 'slow'")).length > 0,
  );
  const policy = { ...DEFAULT_POLICY, drift: { ...DEFAULT_POLICY.drift, ignore: ["audit", "shop.tmp_*"] } };
  expect((await driftOf(session, policy)).report.objects).toEqual([]);
  await holder.query("ROLLBACK");
  await built;
  expect((await driftOf(session, policy)).report.objects).toMatchObject([{ change: "added", id: "index:shop.slow" }]);
});

test("the command tells, accepts into a migration that other databases run, and is at rest afterwards", async () => {
  const options = { cwd: project, env: { DATABASE_URL: db.url } };
  const first = await runCliJson<{ objects: unknown[] }>(["drift"], options);
  expect(first.code).toBe(5);
  expect(first.result?.objects).toHaveLength(BY_HAND.length);
  const accepted = await runCliJson(["drift", "--accept", "by hand"], options);
  expect(accepted.error).toBeUndefined();
  expect(accepted).toMatchObject({
    code: 0,
    result: { files: ["migrations/0002_by_hand.sql", "migrations/0002_by_hand.down.sql"] },
  });
  expect(await runCliJson(["up"], options)).toMatchObject({ code: 0, result: { applied: [] } });
  await using other = await testDatabase();
  await applyAll(other, `${project}/migrations`);
  await using session = await connect(db.url);
  await using elsewhere = await connect(other.url);
  expect((await driftOf(session, DEFAULT_POLICY)).report).toMatchObject({
    objects: [],
    recorded: { command: "drift" },
  });
  const [here, there] = [await lookForDrift(session, DEFAULT_POLICY), await lookForDrift(elsewhere, DEFAULT_POLICY)];
  expect(catalogFingerprint(there.live, { columnOrder: false })).toBe(
    catalogFingerprint(here.live, { columnOrder: false }),
  );
});

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { driftOf, lookForDrift } from "../../src/run/drift/drift-of.ts";
import { noteDrift } from "../../src/run/drift/note-drift.ts";
import { rebuild } from "../../src/run/drift/rebuild.ts";
import { reconcile } from "../../src/run/drift/reconcile.ts";
import { DEFAULT_POLICY } from "../../src/run/policy.ts";
import { readinessProbe } from "../../src/run/readiness-probe.ts";
import { Stop } from "../../src/run/stop.ts";
import { runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { BY_HAND, SHOP, WITHOUT_STATEMENTS } from "../support/drift/by-hand.ts";
import { applyAll as apply, RECORDING_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

const FILES = { "migrations/0001_shop.sql": SHOP };

const applyAll: typeof apply = (db, project, options) => apply(db, project, { policy: RECORDING_POLICY, ...options });

const CHANGES = BY_HAND.map(([sql]) => sql).join(";\n");
/** Each seventh: a proof of all of them takes longer than a test may. scripts/drift-by-hand.ts takes them all. */
const changesFrom = (first: number): string =>
  BY_HAND.filter((_, index) => index % 7 === first)
    .map(([sql]) => sql)
    .join(";\n");
const TOLD = BY_HAND.flatMap(([, ...told]) => told);

let db: TestDatabase;
let project: string;

beforeAll(async () => {
  db = await testDatabase();
  project = writeProject(FILES);
  await applyAll(db, `${project}/migrations`);
  await db.query(CHANGES);
});
afterAll(() => db.drop());

test("what was changed by hand is told object by object, whatever kind it is of", async () => {
  await using session = await connect(db.url);
  const { holds, report } = await driftOf(session, DEFAULT_POLICY);
  expect(holds).toBe(false);
  expect(report).toMatchObject({ against: "recorded", recorded: { run: 1, command: "up" }, ofRuns: [] });
  expect(report.objects.map(({ change, id }) => `${change} ${id}`).toSorted()).toEqual(TOLD.toSorted());
  const total = report.objects.find(({ id }) => id === "column:shop.orders.total");
  expect(total?.fields).toMatchObject([{ field: "type", before: { text: "integer" }, after: { text: "bigint" } }]);
  expect(report.objects.find(({ id }) => id === "table:shop.rules")).toMatchObject({
    owner: "pg_monitor",
    fields: [{ field: "owner", before: "postgres", after: "pg_monitor" }],
  });
  expect(report.objects.find(({ id }) => id === "routine:shop.gone(integer)")?.owner).toBe("postgres");
});

test("readiness tells drift where it is asked to, by the last look", async () => {
  const probe = () => readinessProbe({ url: db.url, expected: ["0001_shop"], drift: true }).check();
  expect(await probe()).toMatchObject({ ready: true });
  await using session = await connect(db.url);
  await noteDrift(session, await lookForDrift(session, DEFAULT_POLICY));
  expect(await probe()).toEqual({
    ready: false,
    reason: "drift",
    objects: TOLD.length,
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
  const scratch = { named: inject("serverUrl") };
  const rebuilt = await rebuild({ session, migrations, policy, stop: new Stop(), scratch });
  expect((await lookForDrift(session, policy, rebuilt)).report).toMatchObject({
    against: "rebuilt",
    recorded: null,
    objects: [{ change: "added", id: "column:shop.orders.by_hand" }],
  });
});

test("the migration that takes changes back does, and nothing has drifted behind it", async () => {
  await using copy = await testDatabase();
  await applyAll(copy, `${project}/migrations`);
  await using session = await connect(copy.url);
  expect(await driftOf(session, DEFAULT_POLICY)).toMatchObject({ holds: true });
  await copy.query(changesFrom(1));
  const drift = await lookForDrift(session, DEFAULT_POLICY);
  const back = await reconcile(drift, { direction: "restore", places: { target: copy.url }, signal: new Stop().soon });
  expect(back.unproven).toBeUndefined();
  await applyAll(copy, { "0001_shop.sql": SHOP, "0002_back.sql": back.up, "0002_back.down.sql": back.down });
  expect((await driftOf(session, DEFAULT_POLICY)).report.objects).toEqual([]);
});

test("what no statement leads to is named, and the migration says that it is not proven", async () => {
  await using copy = await testDatabase();
  await applyAll(copy, `${project}/migrations`);
  for (const [sql] of WITHOUT_STATEMENTS) await copy.query(sql);
  await using session = await connect(copy.url);
  const drift = await lookForDrift(session, DEFAULT_POLICY);
  expect(drift.report.objects.map(({ change, id }) => `${change} ${id}`).toSorted()).toEqual(
    WITHOUT_STATEMENTS.flatMap(([, ...told]) => told).toSorted(),
  );
  expect(drift.report.objects.filter(({ unsupported }) => !unsupported)).toEqual([]);
  const { up, unproven } = await reconcile(drift, { direction: "accept", places: {}, signal: new Stop().soon });
  expect(unproven).toMatch(/^no statement of ours leads to access method:pile, cast:/);
  expect(up).toContain(`-- Not proven: ${unproven}`);
  for (const { name } of await session.query<{ name: string }>("SELECT subname AS name FROM pg_subscription")) {
    await session.query(`DROP SUBSCRIPTION ${name}`);
  }
});

test("indexes that are being built, temporary tables, parts of a partition manager and what is ignored are no drift", async () => {
  await using copy = await testDatabase();
  await applyAll(copy, `${project}/migrations`);
  const [holder, builder, temporary] = [await copy.connect(), await copy.connect(), await copy.connect()];
  await temporary.query("CREATE TEMPORARY TABLE t (id int)");
  await copy.query(`CREATE SCHEMA audit; CREATE TABLE audit.log (id int); CREATE TABLE shop.tmp_1 (id int);
    CREATE TABLE audit.part_config (parent_table text, partition_interval text, template_table text);
    INSERT INTO audit.part_config VALUES ('shop.days', '1 year', NULL);
    CREATE TABLE shop.days_p2022 PARTITION OF shop.days FOR VALUES FROM ('2022-01-01') TO ('2023-01-01')`);
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
  await using copy = await testDatabase();
  await applyAll(copy, `${project}/migrations`);
  await copy.query(changesFrom(2));
  const options = { cwd: project, env: { DATABASE_URL: copy.url } };
  expect(await runCliJson(["drift"], options)).toMatchObject({ code: 5, result: { files: [], proven: null } });
  const accepted = await runCliJson(["drift", "--accept", "by hand"], options);
  expect(accepted.error).toBeUndefined();
  expect(accepted).toMatchObject({
    code: 0,
    result: { files: ["migrations/0002_by_hand.sql", "migrations/0002_by_hand.down.sql"], proven: true },
  });
  expect(await runCliJson(["up"], options)).toMatchObject({ code: 0, result: { applied: [] } });
  await using other = await testDatabase();
  await applyAll(other, `${project}/migrations`);
  await using session = await connect(copy.url);
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

import { expect, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { down } from "../../src/run/down.ts";
import { history } from "../../src/run/history.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { RunnerProcess } from "../support/runner-process.ts";
import { until } from "../support/until.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0, leaseTtlMs: 1_000, leaseWaitMs: 20_000, lockDeadlineMs: 60_000 };
const ORDERS = `CREATE TABLE orders (id int PRIMARY KEY, total int, note text);
INSERT INTO orders SELECT g, g, 'n' FROM generate_series(1, 100) g; CREATE INDEX orders_note ON orders (note); ANALYZE;
CREATE FUNCTION slowly(v int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.03); RETURN v > 0; END'`;

interface Situation {
  readonly what: string;
  readonly sql: string;
  /** What another session does meanwhile, so that the work lasts. */
  readonly obstacle: string;
  /** Whether the runner is in the middle of it. */
  readonly inTheMiddle: string;
}

const SITUATIONS: readonly Situation[] = [
  {
    what: "a concurrent build",
    sql: "COMMENT ON FUNCTION slowly IS 'O'; CREATE INDEX orders_total ON orders (total);",
    obstacle: "INSERT INTO orders VALUES (0)",
    inTheMiddle: "SELECT FROM pg_index WHERE indrelid = 'orders'::regclass AND NOT indisvalid",
  },
  {
    what: "a concurrent drop",
    sql: "COMMENT ON FUNCTION slowly IS 'O'; DROP INDEX orders_note;",
    obstacle: "SET enable_seqscan = off; SELECT * FROM orders WHERE note = 'x'",
    inTheMiddle: "SELECT FROM pg_index WHERE indrelid = 'orders'::regclass AND NOT indisvalid",
  },
  {
    what: "a validation",
    sql: "ALTER TABLE orders ALTER total SET NOT NULL, ADD CHECK (slowly(total));",
    obstacle: "SELECT 1",
    inTheMiddle: "SELECT FROM pg_stat_activity WHERE query ~ 'VALIDATE CONSTRAINT' AND wait_event = 'PgSleep'",
  },
];

/** Kills a runner in the middle of its work. */
async function killed(db: TestDatabase, folder: string, { obstacle, inTheMiddle }: Situation): Promise<void> {
  const other = await db.connect();
  await other.query(`BEGIN; ${obstacle}`);
  const runner = new RunnerProcess({ command: "up", url: db.url, folder, policy: POLICY });
  await until("the runner is in the middle", async () => (await db.query(inTheMiddle)).length > 0);
  runner.signal("SIGKILL");
  await runner.ended();
  await other.query("ROLLBACK");
}

test.each(SITUATIONS)("$what that is killed is finished by the next up", async (situation) => {
  await using db = await testDatabase();
  await db.query(ORDERS);
  const folder = writeProject({ "0001_a.sql": situation.sql });
  await killed(db, folder, situation);
  expect((await applyAll(db, folder, { policy: POLICY })).applied).toEqual(["0001_a"]);
  expect(await db.query("SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  expect(await db.query("SELECT FROM pg_constraint WHERE NOT convalidated")).toEqual([]);
  const [run] = await history({ url: db.url });
  // What shares its transaction with the journal left nothing of the first attempt there.
  const interrupted = run?.steps.filter(({ wasInterrupted }) => wasInterrupted) ?? [];
  expect(run?.wasInterrupted).toBe(true);
  expect(interrupted.map(({ kind, durationMs }) => [kind, durationMs])).toEqual(
    situation.what === "a validation" ? [] : [["concurrent", null]],
  );
});

test.each(SITUATIONS)("$what that is killed is taken back, and leaves nothing", async (situation) => {
  await using db = await testDatabase();
  await db.query(ORDERS);
  const before = await fingerprint(db);
  const folder = writeProject({ "0001_a.sql": situation.sql });
  await killed(db, folder, situation);
  const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
  expect(await down(options)).toEqual({ undone: ["0001_a"] });
  expect(await db.query("SELECT FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  expect(await fingerprint(db)).toBe(before);
});

async function fingerprint(db: TestDatabase): Promise<string> {
  await using session = await connect(db.url);
  return catalogFingerprint(await readCatalog(session.query, { schemas: { exclude: ["lockkeeper"] } }));
}

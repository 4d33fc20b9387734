import { afterAll, beforeAll, expect, test } from "vitest";
import { compareDatabases } from "../../src/checks/compare/compare-databases.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { testRole } from "../support/role.ts";
import { until } from "../support/until.ts";

const LIMITS = { jobs: 1, lockTimeoutMs: 60_000, timeoutMs: 60_000, mostRows: 1_000, sampleRows: 5 };

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.query(`CREATE TABLE first (id int PRIMARY KEY, x int); INSERT INTO first SELECT n, n FROM generate_series(1, 500) n;
    CREATE TABLE second (id int PRIMARY KEY, x int); INSERT INTO second VALUES (1, 1); ANALYZE`);
});
afterAll(() => db.drop());

/** A condition that holds for every row, once nobody has the lock any more. */
const AT_GATE = "pg_advisory_xact_lock_shared(7)::text = ''";

async function closeGate(): Promise<{ open(): Promise<void> }> {
  const holder = await db.connect();
  await holder.query("SELECT pg_advisory_lock(7)");
  return { open: () => holder.end() };
}

/** Compares the database with itself, and lets others work while both sides are about to read the first table. */
async function whileReading(
  work: (compared: Promise<unknown>) => Promise<void>,
  signal?: AbortSignal,
): Promise<unknown> {
  const gate = await closeGate();
  const compared = compareDatabases({
    databases: { left: db.url, right: db.url },
    ...LIMITS,
    where: AT_GATE,
    ...(signal === undefined ? {} : { signal }),
  });
  compared.catch(() => {});
  try {
    await until("both sides wait at the gate", async () => (await waiting()).length === 2);
    await work(compared);
  } finally {
    await gate.open();
  }
  return await compared.then(
    ({ results }) => results.map(({ check, state, reason, findings }) => [check, state, reason ?? findings]),
    (error: unknown) => error,
  );
}

const waiting = (): Promise<readonly { readonly pid: number }[]> =>
  db.query(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lockkeeper verify' AND wait_event_type = 'Lock' ORDER BY pid",
  );

test("both sides of one database see the same moment, and what is written meanwhile is not missed", async () => {
  const ended = await whileReading(async () => {
    await db.query("INSERT INTO second VALUES (2, 2); UPDATE second SET x = 7");
  });
  expect(ended).toEqual([
    ["public.first", "passed", []],
    ["public.second", "passed", []],
  ]);
});

test("a table that was rewritten since the comparison began is not taken for one without rows", async () => {
  const ended = await whileReading(async () => {
    await db.query("ALTER TABLE second ALTER x TYPE bigint; TRUNCATE second");
  });
  expect(ended).toEqual([
    ["public.first", "passed", []],
    ["public.second", "unchecked", "public.second was rewritten, emptied or made anew since the comparison began."],
  ]);
});

test("writers and readers do not wait for a comparison, and one who changes a table waits for that table only", async () => {
  const ended = await whileReading(async () => {
    await db.query("ALTER TABLE second ADD y int; ALTER TABLE second DROP y; INSERT INTO second VALUES (9, 9)");
  });
  expect(ended).toEqual([
    ["public.first", "passed", []],
    ["public.second", "passed", []],
  ]);
});

test("a connection that is lost is named with its database: database_unavailable", async () => {
  const ended = await whileReading(async () => {
    const [one] = await waiting();
    await db.query("SELECT pg_terminate_backend($1)", [one?.pid]);
  });
  expect(ended).toMatchObject({
    code: "database_unavailable",
    message: expect.stringMatching(/^The connection to \S+\/t_\w+ was lost: /),
    notDone: "The comparison was not finished; what was compared until then is not told.",
  });
});

test("interrupted, it ends at once and leaves nothing at work: interrupted", async () => {
  const abort = new AbortController();
  const ended = await whileReading(async (compared) => {
    abort.abort();
    await compared.catch(() => {});
    await until("nobody waits any more", async () => (await waiting()).length === 0);
  }, abort.signal);
  expect(ended).toMatchObject({ code: "interrupted" });
});

test("a table that is locked for too long, may not be read or hides rows is not compared", async () => {
  const compared = async (url: string, more: object): Promise<unknown> => {
    const options = { databases: { left: url, right: url }, ...LIMITS, lockTimeoutMs: 50, only: ["first"], ...more };
    const [result] = (await compareDatabases(options)).results;
    return [result?.state, result?.reason];
  };
  const gate = await closeGate();
  const locked = await compared(db.url, { where: AT_GATE }).finally(gate.open);
  expect(locked).toEqual(["unchecked", "canceling statement due to lock timeout"]);
  await using role = await testRole(db);
  expect(await compared(role.url, {})).toEqual(["unchecked", "permission denied for table first"]);
  await db.query(`GRANT SELECT ON first TO ${role.name}; ALTER TABLE first ENABLE ROW LEVEL SECURITY`);
  expect(await compared(role.url, {})).toEqual([
    "unchecked",
    'query would be affected by row-level security policy for table "first"',
  ]);
});

test.each([
  [{ only: ["frist"] }, /^There is no table frist in t_\w+\.$/, "Is first meant?"],
  [{ maps: ["first=nothing"] }, /^There is no table nothing/, "Write it as SQL does."],
  [{ maps: ["first.z=x"] }, /^public\.first has no column z\.$/, "Write it as SQL does."],
  [{ maps: ["="] }, /^--map = is not understood\.$/, "Write TABLE=TABLE or TABLE.COLUMN=EXPRESSION."],
  [{ only: ["first"], key: ["z"] }, /^public\.first has no column z/, "--key names some of id, x."],
])("what is not there is refused: %j", async (wanted, message, action) => {
  const options = { databases: { left: db.url, right: db.url }, ...LIMITS, ...wanted };
  await expect(compareDatabases(options)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(message),
    action,
  });
});

test("what the server does not understand of an expression or a condition is told, and nothing passes", async () => {
  const options = { databases: { left: db.url, right: db.url }, ...LIMITS, only: ["second"] };
  const reasonOf = async (more: object): Promise<unknown> =>
    (await compareDatabases({ ...options, ...more })).results[0]?.reason;
  expect(await reasonOf({ where: "nothing > 1" })).toBe('column "nothing" does not exist');
  expect(await reasonOf({ where: "1 = 1); DROP TABLE second; --" })).toMatch(/syntax error|cannot execute/);
  expect(await reasonOf({ maps: ["second.x=x +"] })).toMatch(/syntax error/);
});

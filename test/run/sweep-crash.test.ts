import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { COUNTED_PROJECT, CRASH_POLICY, SWEEP_PROJECT } from "../support/crash/project-files.ts";
import { CrashBench, differences, type Kill, type Outcome } from "../support/crash/trial.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { sideBySide } from "../support/side-by-side.ts";

/** `npm run crash:trials -- --sweeps` takes all moments; how many there are depends on how long batches take. */
const TRIALS = 12;

let bench: CrashBench;
let expected: Outcome;
let messages = 0;

beforeAll(async () => {
  bench = await CrashBench.open(inject("serverUrl"), writeProject(SWEEP_PROJECT));
  ({ outcome: expected, messages } = await bench.undisturbed());
});

afterAll(() => bench[Symbol.asyncDispose]());

test("a runner killed in its sweeps is continued, and every row is done once", { timeout: 300_000 }, async () => {
  expect(messages).toBeGreaterThan(4 * TRIALS);
  const kills = Array.from({ length: TRIALS }, (_, trial): Kill => {
    const at = Math.round(((trial + 0.5) * messages) / TRIALS);
    return { mode: trial % 2 === 0 ? "before" : "sent", at };
  });
  let killed = 0;
  await sideBySide(kills, async (kill) => {
    const end = await bench.trial(kill);
    expect(differences(end.outcome, expected), `${kill.mode} ${kill.at}`).toEqual([]);
    killed += end.killed && end.resumed.length > 0 ? 1 : 0;
  });
  expect(killed).toBeGreaterThan(kills.length / 4);
});

test("at most one batch of each worker is done again, however a runner is killed", { timeout: 300_000 }, async () => {
  await using counting = await CrashBench.open(inject("serverUrl"), writeProject(COUNTED_PROJECT));
  const { messages: sent } = await counting.undisturbed();
  const kills = Array.from(
    { length: 6 },
    (_, trial): Kill => ({ mode: "sent", at: Math.round((sent * (trial + 3)) / 10) }),
  );
  let killedOnes = 0;
  await sideBySide(kills, async (kill) => {
    const { killed } = await counting.trial(kill, async (url) => {
      const { again, added } = await counted(url);
      expect(again, `${kill.at} of ${sent}`).toBeLessThanOrEqual(CRASH_POLICY.sweep.workers);
      expect(added, `${kill.at} of ${sent}`).toBe(30_000);
    });
    killedOnes += killed ? 1 : 0;
  });
  expect(killedOnes).toBeGreaterThan(0);
});

test("a batch whose session is ended is the only one that is done again", { timeout: 120_000 }, async () => {
  await using db = await testDatabase();
  const [makes = "", sweeps = ""] = Object.values(COUNTED_PROJECT);
  await db.query(`${makes} CREATE OR REPLACE FUNCTION count_batch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM nextval('begun');
      INSERT INTO committed DEFAULT VALUES;
      PERFORM pg_sleep(0.01);
      RETURN NULL;
    END $$; ANALYZE counted`);
  const running = { is: true };
  const done = applyAll(
    db,
    { "0001_sweep.sql": sweeps },
    { ...operationOn(db), policy: { ...TEST_POLICY, ...CRASH_POLICY } },
  ).finally(() => {
    running.is = false;
  });
  let ended = 0;
  while (running.is && ended < 6) {
    const rows = await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event = 'PgSleep' LIMIT 1`);
    ended += rows.length;
  }
  await done;
  const { again, added } = await counted(db.url);
  expect(added).toBe(30_000);
  expect(ended).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(ended);
  expect(again).toBeGreaterThan(0);
});

/** Batches begun and not committed, and what the sweep has added in all. */
async function counted(url: string): Promise<{ readonly again: number; readonly added: number }> {
  return await onServer(url, async (client) => {
    const { rows } = await client.query<{ again: number; added: number }>(
      `SELECT (SELECT last_value FROM begun)::int - (SELECT count(*) FROM committed)::int AS again,
         sum(n - id)::int AS added FROM counted`,
    );
    return rows[0] ?? { again: -1, added: -1 };
  });
}

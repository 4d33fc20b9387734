import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { BACK_PROJECT, CRASH_PROJECT } from "../support/crash/project-files.ts";
import { CrashBench, differences, type Kill, type Outcome } from "../support/crash/trial.ts";
import { writeProject } from "../support/project.ts";
import { sideBySide } from "../support/side-by-side.ts";

/** Every n-th message; `npm run crash:trials` takes them all, and random moments besides. */
const STRIDE = 12;

let bench: CrashBench;
let expected: Outcome;
let messages = 0;

beforeAll(async () => {
  bench = await CrashBench.open(inject("serverUrl"), writeProject(CRASH_PROJECT));
  ({ outcome: expected, messages } = await bench.undisturbed());
});

afterAll(() => bench[Symbol.asyncDispose]());

test("an undisturbed run applies all migrations and leaves no invalid index", () => {
  expect(expected.journal.map((line) => line.split(" ")[0])).toEqual(
    Object.keys(CRASH_PROJECT).map((name) => name.replace(/\.(sql|ts)$/, "")),
  );
  expect(expected.invalidIndexes).toEqual([]);
  expect(messages).toBeGreaterThan(STRIDE * 8);
});

test("a runner killed at any message is continued to the same catalog and data", { timeout: 300_000 }, async () => {
  const kills: Kill[] = [];
  for (let at = 2; at <= messages; at += STRIDE) {
    kills.push({ mode: "before", at }, { mode: "sent", at: Math.min(messages, at + STRIDE / 2) });
  }
  expect(kills.length).toBeGreaterThanOrEqual(20);
  let killed = 0;
  let continued = 0;
  await sideBySide(kills, async (kill) => {
    const end = await bench.trial(kill);
    // How many batches a sweep takes depends on the clock: a run may end before the last of the moments comes.
    expect(end.killed || end.code === 0, `${kill.mode} ${kill.at}: ${end.stderr}`).toBe(true);
    killed += end.killed ? 1 : 0;
    expect(differences(end.outcome, expected), `${kill.mode} ${kill.at}`).toEqual([]);
    continued += end.resumed.length > 0 ? 1 : 0;
  });
  expect(killed).toBeGreaterThanOrEqual(20);
  expect(continued).toBeGreaterThan(killed / 4);
});

test("what a killed runner left of online plans is taken back to the beginning", { timeout: 300_000 }, async () => {
  await using back = await CrashBench.open(inject("serverUrl"), writeProject(BACK_PROJECT));
  const beginning = await back.beginning();
  const { messages: all } = await back.undisturbed();
  expect(all).toBeGreaterThan(STRIDE);
  let killed = 0;
  const moments = Array.from({ length: Math.ceil((all - 5) / STRIDE) }, (_, trial) => 6 + trial * STRIDE);
  await sideBySide(moments, async (at) => {
    const end = await back.backTrial({ mode: "sent", at });
    expect(end.killed || end.code === 0, `sent ${at}: ${end.stderr}`).toBe(true);
    killed += end.killed ? 1 : 0;
    expect(differences(end.outcome, beginning), `sent ${at}`).toEqual([]);
  });
  expect(killed).toBeGreaterThan(all / STRIDE / 4);
});

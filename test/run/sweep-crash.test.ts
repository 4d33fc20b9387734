import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { SWEEP_PROJECT } from "../support/crash/project-files.ts";
import { CrashBench, differences, type Kill, type Outcome } from "../support/crash/trial.ts";
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

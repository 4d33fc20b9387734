import { afterAll, expect, inject, test } from "vitest";
import { splitColumn } from "../../src/migrations/reshape.ts";
import { CrashBench, differences, type Kill } from "../support/crash/trial.ts";
import { writeProject } from "../support/project.ts";
import { sideBySide } from "../support/side-by-side.ts";

const STEP = splitColumn({
  table: "sales",
  column: "note",
  into: {
    kind: { type: "text", value: "left(note, 1)", notNull: true },
    number: { type: "int", value: "substr(note, 2)::int", notNull: true },
  },
  back: "kind || number",
});

const TRIALS = 6;

const SEEN = [
  `{ sql: "INSERT INTO applied_log VALUES ('before')" }`,
  `{ sql: "INSERT INTO applied_log VALUES ('behind')" }`,
];

const moduleOf = (...steps: readonly (string | undefined)[]) =>
  writeProject({ "0001_it.ts": `export default { steps: [${steps.join(", ")}] };` });

const opened: CrashBench[] = [];

async function benchFor(folder: string) {
  const bench = await CrashBench.open(inject("serverUrl"), folder);
  opened.push(bench);
  return { bench, ...(await bench.undisturbed()) };
}

afterAll(async () => {
  for (const bench of opened) await bench[Symbol.asyncDispose]();
});

/** Spread over a run that sends so many messages. */
const killsIn = (messages: number): readonly Kill[] =>
  Array.from({ length: TRIALS }, (_, trial) => ({
    mode: trial % 2 === 0 ? "before" : "sent",
    at: Math.round(((trial + 0.5) * messages) / TRIALS),
  }));

test("a change of shape that is killed is continued to the same end", { timeout: 300_000 }, async () => {
  const { bench, outcome, messages } = await benchFor(moduleOf(SEEN[0], JSON.stringify(STEP), SEEN[1]));
  let killed = 0;
  await sideBySide(killsIn(messages), async (kill) => {
    const end = await bench.trial(kill);
    expect(differences(end.outcome, outcome), JSON.stringify(kill)).toEqual([]);
    killed += end.killed && end.resumed.length > 0 ? 1 : 0;
  });
  expect(killed).toBeGreaterThan(TRIALS / 4);
});

test("a change of shape that is killed is taken back to where it began", { timeout: 300_000 }, async () => {
  const { bench, messages } = await benchFor(moduleOf(JSON.stringify(STEP)));
  const beginning = await bench.beginning();
  let undone = 0;
  await sideBySide(killsIn(messages), async (kill) => {
    const end = await bench.backTrial(kill);
    const { schema, data, invalidIndexes } = end.outcome;
    expect({ schema, data, invalidIndexes }, JSON.stringify(kill)).toEqual({
      schema: beginning.schema,
      data: beginning.data,
      invalidIndexes: [],
    });
    undone += end.undone.length;
  });
  expect(undone).toBeGreaterThan(TRIALS / 4);
});

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { partitionTable } from "../../src/migrations/partition-steps.ts";
import { CrashBench, differences, type Kill } from "../support/crash/trial.ts";
import { writeProject } from "../support/project.ts";

const STEP = partitionTable({
  table: "sales",
  by: "range",
  columns: ["id"],
  existing: { to: 7_000 },
  partitions: [{ name: "sales_7000", from: 7_000 }],
});

let bench: CrashBench;

beforeAll(async () => {
  const folder = writeProject({ "0001_it.ts": `export default { steps: [${JSON.stringify(STEP)}] };` });
  bench = await CrashBench.open(inject("serverUrl"), folder);
}, 60_000);

afterAll(async () => await bench?.[Symbol.asyncDispose]());

/**
 * Before and in the transaction in which the name changes hands, in a run that sends so many messages. On a busy machine one
 * may send more of them: the last ones are for when nothing stood yet.
 */
const killsIn = (messages: number): readonly Kill[] => [
  { mode: "before", at: Math.round(messages * 0.5) },
  { mode: "sent", at: Math.round(messages * 0.8) },
  { mode: "sent", at: Math.round(messages * 0.9) },
  { mode: "sent", at: messages },
];

test("a table that is killed on its way into a partition gets there, or back to where it was", {
  timeout: 300_000,
}, async () => {
  const { outcome, messages } = await bench.undisturbed();
  const beginning = await bench.beginning();
  let [killed, undone] = [0, 0];
  for (const [trial, kill] of killsIn(messages).entries()) {
    if (trial > 1 && killed > 0 && undone > 0) break;
    const end = await bench.trial(kill);
    expect(differences(end.outcome, outcome), JSON.stringify(kill)).toEqual([]);
    killed += end.killed && end.resumed.length > 0 ? 1 : 0;
    const back = await bench.backTrial(kill);
    const { schema, data, invalidIndexes } = back.outcome;
    expect({ schema, data, invalidIndexes }, JSON.stringify(kill)).toEqual({
      schema: beginning.schema,
      data: beginning.data,
      invalidIndexes: [],
    });
    undone += back.undone.length;
  }
  expect([killed > 0, undone > 0], `${killed} continued, ${undone} taken back`).toEqual([true, true]);
});

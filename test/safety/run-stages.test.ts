import { expect, test } from "vitest";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { Stop } from "../../src/run/stop.ts";
import { runStages } from "../../src/safety/release/run-stages.ts";
import type { Stage, StageEnd, StageName } from "../../src/safety/release/stage.ts";

const HELD: StageEnd = { held: true, message: "done" };
const CLOSED: StageEnd = { held: false, message: "closed", action: "open it", exitCode: 3 };

interface Trial {
  readonly ran: StageName[];
  readonly events: LockkeeperEvent[];
  readonly stop: Stop;
}

const trial = (): Trial => ({ ran: [], events: [], stop: new Stop() });

const stage = ({ ran }: Trial, name: StageName, end: () => StageEnd | Promise<StageEnd>, standing?: string): Stage => ({
  name,
  intent: `${name} is to be done`,
  standing: async () => standing,
  async run() {
    ran.push(name);
    return await end();
  },
});

const run = (t: Trial, stages: readonly Stage[], dryRun = false) =>
  runStages(stages, { emit: (event) => void t.events.push(event), stop: t.stop, dryRun });

test("what stands is not done again, and nothing is done behind what does not hold", async () => {
  const t = trial();
  const stages = [
    stage(t, "backup", () => HELD, "It is an hour old."),
    stage(t, "gates", () => CLOSED),
    stage(t, "run", () => HELD),
  ];
  const { stages: reports, exitCode } = await run(t, stages);
  expect(t.ran).toEqual(["gates"]);
  expect(exitCode).toBe(3);
  expect(reports).toMatchObject([
    { stage: "backup", state: "stands", message: "It is an hour old." },
    { stage: "gates", state: "stopped", message: "closed", action: "open it" },
    { stage: "run", state: "waiting" },
  ]);
  expect(t.events.map((event) => `${event.type} ${"stage" in event ? event.stage : ""}`)).toEqual([
    "release.stage backup",
    "release.begun gates",
    "release.stage gates",
  ]);
});

test("a stage that fails is told as stopped, and its error goes on", async () => {
  const t = trial();
  const stages = [stage(t, "backup", () => Promise.reject(new Error("no space"))), stage(t, "run", () => HELD)];
  await expect(run(t, stages)).rejects.toThrow("no space");
  expect(t.ran).toEqual(["backup"]);
  expect(t.events.at(-1)).toMatchObject({ type: "release.stage", state: "stopped", message: "no space" });
});

test("a dry run does nothing and tells what each would find", async () => {
  const t = trial();
  const gates = { ...stage(t, "gates", () => CLOSED), preview: async () => "one is closed" };
  const { stages, exitCode } = await run(t, [stage(t, "plan", () => HELD), gates], true);
  expect(t.ran).toEqual([]);
  expect(exitCode).toBe(0);
  expect(stages).toMatchObject([
    { state: "would run", message: "plan is to be done" },
    { state: "would run", message: "one is closed" },
  ]);
});

test("an interruption ends it between two stages", async () => {
  const t = trial();
  const stages = [
    stage(t, "backup", () => {
      t.stop.afterStep("interrupted");
      return HELD;
    }),
    stage(t, "run", () => HELD),
  ];
  await expect(run(t, stages)).rejects.toMatchObject({ code: "interrupted" });
  expect(t.ran).toEqual(["backup"]);
});

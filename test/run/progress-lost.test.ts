import { expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { Connection } from "../../src/run/connection.ts";
import { Preparation } from "../../src/run/prepare.ts";
import { queueRuns } from "../../src/run/queue-runs.ts";
import { withRunner } from "../../src/run/runner.ts";
import { installState } from "../../src/run/state/install-state.ts";
import { testDatabase } from "../support/database.ts";
import { operationOn } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";

test("a step whose predecessor the server has lost is not run, and the run is left as it is", async () => {
  await using db = await testDatabase();
  const [migration] = readProject(
    writeProject({ "0001_a.sql": "BEGIN; CREATE TABLE a (); COMMIT; CREATE TABLE b ()" }),
  );
  const [prepared] = await new Preparation().plan(migration === undefined ? [] : [migration]);
  expect(prepared?.plan.steps).toHaveLength(2);
  const plan = prepared?.plan;
  if (plan === undefined) {
    return;
  }
  const operation = operationOn(db);
  await using work = new Connection(db.url);
  await installState(await work.session());
  const crashed = withRunner(
    { ...operation, details: {} },
    work,
    async () => false,
    async (runner) => {
      const ids = await runner.journal((session) => queueRuns(session, [{ plan }]));
      // What a runner believes after a crash that took the commit of its first step, not yet flushed, along.
      await runner.execute({ id: ids.get("0001_a") ?? 0, plan, done: [0], started: [], scripts: {} }, false);
    },
  );
  await expect(crashed).rejects.toMatchObject({ code: "progress_lost" });
  expect(await db.query("SELECT to_regclass('b') AS b, (SELECT state FROM lockkeeper.run) AS state")).toEqual([
    { b: null, state: "queued" },
  ]);
});

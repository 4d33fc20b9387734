import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { down } from "../../src/run/down.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";
import type { WayBackCase } from "./way-back-cases.ts";

const POLICY = { ...TEST_POLICY, briefMs: 0 };

/** @param serverUrl absent: the run's server */
export function describeWaysBack(cases: readonly WayBackCase[], serverUrl?: () => string): void {
  describe("down takes back what was brought live in pieces", () => {
    test.each(cases)("$name", async ({ given, migration }) => {
      await using db = await testDatabase(serverUrl?.());
      await db.query(given);
      const before = await applicationSchema(db);
      const folder = writeProject({ "0001_it.sql": migration });
      await applyAll(db, folder, { policy: POLICY });
      const [run] = await db.query<{ plan: Plan }>("SELECT plan FROM lockkeeper.run");
      const pieces =
        run?.plan.steps.flatMap((step): readonly unknown[] => (step.kind === "ddl" ? step.statements : [step])) ?? [];
      expect(pieces.length).toBeGreaterThan(1);
      expect(await applicationSchema(db)).not.toEqual(before);
      await down({ ...operationOn(db), policy: POLICY, migrations: readProject(folder) });
      expect(await applicationSchema(db)).toEqual(before);
    });
  });
}

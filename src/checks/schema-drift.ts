import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Session } from "../postgres/session.ts";
import { lookForDrift } from "../run/drift/drift-of.ts";
import type { RunPolicy } from "../run/policy.ts";
import type { Check } from "./check.ts";

/** Whether the schema is as the last run left it. */
export const schemaDrift = (session: Session, policy: RunPolicy): Check => ({
  id: "schema-drift",
  title: "The schema is as the last run left it",
  area: "structure",
  severity: "error",
  depth: "catalog",
  phase: "both",
  async find() {
    try {
      const { report } = await lookForDrift(session, policy);
      return report.objects.map(({ id, change, owner }) => ({
        object: id,
        message: `${id.replace(":", " ")} was ${change} since the last run${owner === null ? "" : ` (owner ${owner})`}.`,
        fix: "lockkeeper drift",
      }));
    } catch (error) {
      if (!(error instanceof LockkeeperError) || error.code !== "drift_unknown") throw error;
      return [{ severity: "info", message: `Nothing tells whether the schema has drifted: ${error.message}` }];
    }
  },
});

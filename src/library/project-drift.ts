import { connect } from "../postgres/session.ts";
import { type DriftVerdict, driftOf } from "../run/drift/drift-of.ts";
import { policyOf, urlToRead } from "../run/target.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";
import { requireOptions } from "./require-options.ts";

export type DriftOptions = Pick<ProjectOptions, "url">;

/**
 * Whether the schema is what the last run left, and what is otherwise. Changes nothing.
 *
 * @throws LockkeeperError `drift_unknown` where no run has recorded the schema, and those of connecting
 */
export async function projectDrift(options: DriftOptions = {}): Promise<DriftVerdict> {
  requireOptions(options, { url: "any" }, "drift()");
  const project = await openProject(options);
  await using session = await connect(urlToRead(project), { applicationName: "lockkeeper drift" });
  return await driftOf(session, policyOf(project));
}

import type { CompareOptions } from "../run/compare-history.ts";
import { type StatusReport, status } from "../run/status.ts";
import { migrationsOf, urlToRead } from "../run/target.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";
import { PROJECT_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";

/**
 * Where every migration stands, who is at work, and what stands against the next `migrate`. Changes nothing; files and
 * history that disagree are reported, not thrown.
 *
 * @throws LockkeeperError those of connecting and of reading the files, `state_newer`
 */
export async function projectStatus(options: ProjectOptions & CompareOptions = {}): Promise<StatusReport> {
  requireOptions(options, { ...PROJECT_KINDS, allowOutOfOrder: "yes or no" }, "status()");
  const { allowOutOfOrder } = options;
  const project = await openProject(options);
  return await status({
    url: urlToRead(project),
    migrations: migrationsOf(project),
    ...(allowOutOfOrder === undefined ? {} : { allowOutOfOrder }),
  });
}

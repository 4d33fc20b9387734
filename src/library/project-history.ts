import { type HistoryOptions, history, type RunRecord } from "../run/history.ts";
import { urlToRead } from "../run/target.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";
import { requireOptions } from "./require-options.ts";

/**
 * What was run on the database, newest first, with steps, times and locks.
 *
 * @throws LockkeeperError those of connecting, `state_newer`
 */
export async function projectHistory(
  options: Pick<ProjectOptions, "url"> & Omit<HistoryOptions, "url"> = {},
): Promise<readonly RunRecord[]> {
  requireOptions(options, { url: "any", limit: "count", migration: "text" }, "history()");
  const project = await openProject(options);
  return await history({ ...options, url: urlToRead(project) });
}

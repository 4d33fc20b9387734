import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Set by the run's setup, for itself and all that it starts. */
export const PROGRAMS_FOLDER = "TEST_PROGRAMS_FOLDER";

/**
 * A program that tests start: bundled in a test run, where hundreds are started; from its source in a script.
 *
 * @param name that it is bundled under
 */
export function program(name: "cli" | "crash-child" | "runner", source: URL): string {
  const folder = process.env[PROGRAMS_FOLDER];
  return folder === undefined ? fileURLToPath(source) : join(folder, `${name}.js`);
}

import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import type { SchemaPatterns } from "../catalog/read/schema-patterns.ts";
import type { ResolvedConfig } from "../config/load-config.ts";
import type { Check } from "./check.ts";
import { readUserChecks } from "./user-checks.ts";

const DEFAULT_FOLDER = "checks";

/**
 * The project's own checks: those of the folder that the configuration names, or of `checks` where there is one.
 *
 * @param folder `checks` of the configuration
 * @throws LockkeeperError `check_invalid`; the parser must be loaded
 */
export function projectChecks(folder: string | undefined, cwd: string): readonly Check[] {
  if (folder !== undefined) return readUserChecks(folder);
  const isThere = lstatSync(resolve(cwd, DEFAULT_FOLDER), { throwIfNoEntry: false })?.isDirectory() === true;
  return isThere ? readUserChecks(DEFAULT_FOLDER) : [];
}

/** The schemas that are looked at: the project's, without those that it ignores as a whole. */
export const checkedSchemas = ({
  schemas,
  ignore = [],
}: Pick<ResolvedConfig, "schemas" | "ignore">): SchemaPatterns => ({
  ...(schemas === undefined ? {} : { include: schemas }),
  exclude: ignore.filter((pattern) => !pattern.includes(".")),
});

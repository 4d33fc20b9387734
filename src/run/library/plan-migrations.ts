import type { Plan } from "../../plan/plan.ts";
import { Preparation } from "../prepare.ts";
import { migrationsOf } from "../target.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";
import { requireOptions } from "./require-options.ts";

/**
 * The plans of the migrations in a folder, as data: steps with their SQL and their way back, in the order in which they
 * run. Reads files only, no database.
 *
 * @throws LockkeeperError those of reading and parsing the files, with their places
 */
export async function planMigrations(options: Omit<ProjectOptions, "url"> = {}): Promise<readonly Plan[]> {
  requireOptions(options, { migrations: "any", layout: "any" }, "planMigrations()");
  const project = await openProject(options);
  const prepared = await new Preparation().plan(migrationsOf(project));
  return prepared.map(({ plan }) => plan);
}

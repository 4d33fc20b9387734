import type { ResolvedConfig } from "../config/load-config.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Guard } from "../run/guard.ts";
import { changedPolicy, type RunPolicy } from "../run/policy.ts";
import { policyOf, urlToChange } from "../run/target.ts";
import { projectGuard } from "../safety/gates/project-guard.ts";
import type { ChangeOptions, Watch } from "./change-project.ts";

/** What every call that changes the database hands to its run. */
export async function guarded(
  { project, emit, stop }: Watch,
  read: (project: ResolvedConfig) => readonly Migration[],
  { policy: changes = {}, overrides = {} }: ChangeOptions,
): Promise<
  Pick<Watch, "emit" | "stop"> & {
    readonly url: string;
    readonly migrations: readonly Migration[];
    readonly policy: RunPolicy;
    readonly guard: Guard | undefined;
  }
> {
  // Without a database there is no need for files.
  const url = urlToChange(project);
  const migrations = read(project);
  const policy = changedPolicy(policyOf(project), changes);
  const guard = await projectGuard(project, { url, migrations, policy, stop, cwd: process.cwd(), overrides });
  return { url, migrations, policy, emit, stop, guard };
}

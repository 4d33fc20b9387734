import { parseCatalog } from "../catalog/parse-catalog.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import type { Plan } from "../plan/plan.ts";
import { planPending } from "../run/plan-pending.ts";
import { onlinePolicy } from "../run/policy.ts";
import { Preparation, type Prepared } from "../run/prepare.ts";
import { Stop } from "../run/stop.ts";
import { migrationsOf, policyOf } from "../run/target.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";
import { requireOptions } from "./require-options.ts";

export interface PlanMigrationsOptions extends Omit<ProjectOptions, "url"> {
  /** The database to plan on: its pending migrations, as `up` would run them. Only where it is given here. */
  readonly url?: string;
  /** What `lockkeeper catalog --facts` printed: the migrations are planned on it, one after the other, without a database. */
  readonly catalog?: string;
}

/**
 * The plans of the migrations in a folder, as data: steps with their SQL, their effects and their way back, in the order
 * in which they run. Without a database or a catalog every statement is planned as it is written. Changes nothing.
 *
 * @throws LockkeeperError those of reading and parsing the files, with their places; `plan_refused` where no form of a
 *   statement is known that keeps traffic going; `snapshot_invalid`; those of the database
 */
export async function planMigrations(options: PlanMigrationsOptions = {}): Promise<readonly Plan[]> {
  requireOptions(options, { url: "any", migrations: "any", layout: "any", catalog: "text" }, "planMigrations()");
  const { catalog, ...project } = options;
  const config = await openProject(project);
  const migrations = migrationsOf(config);
  const policy = policyOf(config);
  let planned: readonly Prepared[];
  if (options.url !== undefined && config.database !== undefined) {
    planned = await planPending({ url: config.database, migrations, policy, stop: new Stop() });
  } else if (catalog !== undefined) {
    const state = CatalogState.of(
      parseCatalog(catalog, "`catalog`"),
      policy.role === undefined ? {} : { user: policy.role },
    );
    const online = { state, policy: onlinePolicy(policy) };
    planned = await new Preparation(async () => online).plan(migrations);
  } else {
    planned = await new Preparation().plan(migrations);
  }
  return planned.map(({ plan }) => plan);
}

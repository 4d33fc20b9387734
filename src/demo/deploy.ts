import type { Migration } from "../migrations/migration.ts";
import { readProject } from "../migrations/read-project.ts";
import { down } from "../run/down.ts";
import type { EmitEvent } from "../run/events.ts";
import { DEFAULT_POLICY } from "../run/policy.ts";
import type { Stop } from "../run/stop.ts";
import { up } from "../run/up.ts";
import type { DemoMigration, DemoProject } from "./migrations/demo-project.ts";
import { startNightlyReport } from "./nightly-report.ts";
import { type StepObserver, statementsOf } from "./step-observer.ts";

/** Where the migrations run. */
export interface Site {
  readonly url: string;
  readonly project: DemoProject;
  readonly observer: StepObserver;
  readonly emit: EmitEvent;
  readonly stop: Stop;
}

/** How long the report keeps `orders` open: on a slow machine until an attempt has given way, but not for ever. */
const REPORT_MS = 2_000;
const LONGEST_REPORT_MS = 30_000;

/** Applies a release. */
export async function deploy(site: Site, release: readonly DemoMigration[]): Promise<readonly string[]> {
  const { url, project, observer, emit, stop } = site;
  project.add(release);
  const { applied } = await up({
    url,
    migrations: readProject(project.migrations),
    policy: DEFAULT_POLICY,
    emit,
    stop,
  });
  await observer.settled();
  return applied;
}

/** Applies a release while a report reads the table that its first migration alters. */
export async function deployBehindReport(
  site: Site,
  release: readonly DemoMigration[],
  onReport: () => void,
): Promise<{ readonly applied: readonly string[]; readonly reportHeldMs: number }> {
  let gaveWay = false;
  const emit: Site["emit"] = (event) => {
    gaveWay ||= event.type === "lock.retry";
    site.emit(event);
  };
  await using report = await startNightlyReport(site.url, {
    holdMs: REPORT_MS,
    longestMs: LONGEST_REPORT_MS,
    isEnough: () => gaveWay,
  });
  onReport();
  const applied = await deploy({ ...site, emit }, release);
  return { applied, reportHeldMs: await report.ended };
}

/** Takes the newest migration back. */
export async function takeBack(
  { url, observer, emit, stop }: Site,
  migrations: readonly Migration[],
  onPlan: (migration: string, sql: readonly string[]) => void,
): Promise<{ readonly undone: readonly string[]; readonly sql: readonly string[] }> {
  let sql: readonly string[] = [];
  const { undone } = await down({
    url,
    migrations,
    policy: DEFAULT_POLICY,
    emit,
    stop,
    async confirm([undo]) {
      if (undo !== undefined) {
        sql = undo.plan.steps.flatMap(statementsOf);
        onPlan(undo.plan.migration, sql);
      }
    },
  });
  await observer.settled();
  return { undone, sql };
}

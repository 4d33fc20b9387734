import type { ResolvedConfig } from "../../config/load-config.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Plan } from "../../plan/plan.ts";
import { connect } from "../../postgres/session.ts";
import type { EmitEvent } from "../../run/events.ts";
import { namingFailures } from "../../run/name-failure.ts";
import type { RunPolicy } from "../../run/policy.ts";
import { readState } from "../../run/read-state.ts";
import type { Stop } from "../../run/stop.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { type Foreseen, planFor } from "../rehearsal/plan-for.ts";
import { backupStage } from "./backup-stage.ts";
import { gatesStage } from "./gates-stage.ts";
import { planStage } from "./plan-stage.ts";
import { rehearsalStage } from "./rehearsal-stage.ts";
import { runStage } from "./run-stage.ts";
import { runStages } from "./run-stages.ts";
import type { StageReport } from "./stage.ts";
import { verifyStage } from "./verify-stage.ts";

export interface ReleaseOptions {
  readonly config: ResolvedConfig;
  /** Where the command was called. */
  readonly cwd: string;
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  /** Up to this migration. */
  readonly to?: string;
  /** Stages that are left to others. */
  readonly without: readonly ("backup" | "rehearsal")[];
  /** The rehearsal is in a clone on the database's own server, and not in what the backup gives. */
  readonly clone: boolean;
  /** Why gates are passed by, by their names. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
  /** Asked before the first stage; throwing ends the release. */
  readonly confirm: (plans: readonly Plan[]) => Promise<void>;
  readonly emit: EmitEvent;
  readonly stop: Stop;
}

/** What a stage works with. */
export interface ReleaseSight extends ReleaseOptions {
  /** What would run, as it was when the release began. */
  readonly foreseen: Foreseen;
  readonly say: (message: string) => void;
}

export interface ReleaseReport {
  readonly held: boolean;
  /** 0; 3 where something kept it from running, 1 or 2 for what was found behind it. */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** What was to be released. */
  readonly migrations: readonly string[];
  readonly stages: readonly StageReport[];
  /** Migrations that keep something standing for applications of before, until `lockkeeper contract`. */
  readonly left: readonly string[];
}

/**
 * Everything that is to be shown before and after what is pending runs, and the run itself, up to the first stage that does
 * not hold. Each stage leaves its evidence in the database; called again, what still stands is not done again.
 *
 * @throws LockkeeperError those of planning, taking backups, rehearsing and running
 */
export async function release(options: ReleaseOptions): Promise<ReleaseReport> {
  return await namingFailures(async () => {
    await loadParser();
    const { url, emit } = options;
    const foreseen = await planFor(url, options);
    const say = (message: string): void => emit({ type: "notice", message });
    const sight = { ...options, foreseen, say };
    const stages = [planStage, backupStage, rehearsalStage, gatesStage, runStage, verifyStage].map((stage) =>
      stage(sight),
    );
    const end = await runStages(stages, options);
    return {
      held: end.exitCode === 0,
      ...end,
      migrations: foreseen.plans.map(({ migration }) => migration),
      left: await waitingForContract(url),
    };
  });
}

async function waitingForContract(url: string): Promise<readonly string[]> {
  await using session = await connect(url);
  const { applied } = await readState(session);
  return applied.filter(({ contract }) => contract === "waiting").map(({ id }) => id);
}

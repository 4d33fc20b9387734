import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { EmitEvent } from "../../run/events.ts";
import type { Stop } from "../../run/stop.ts";
import type { Stage, StageReport } from "./stage.ts";

export interface RunStagesOptions {
  readonly emit: EmitEvent;
  readonly stop: Stop;
  /** Tells what would be done, and does nothing. */
  readonly dryRun: boolean;
}

export interface StagesEnd {
  readonly stages: readonly StageReport[];
  /** 0 where all held. */
  readonly exitCode: 0 | 1 | 2 | 3;
}

/**
 * One stage after the other, up to the first that does not hold. What still stands from before is not done again, so a
 * release that was stopped, or killed, goes on where it was when it is called again.
 *
 * @throws what a stage throws, after it was told as stopped; LockkeeperError `interrupted` between two stages
 */
export async function runStages(
  stages: readonly Stage[],
  { emit, stop, dryRun }: RunStagesOptions,
): Promise<StagesEnd> {
  const reports: StageReport[] = [];
  const tell = (report: StageReport): void => {
    reports.push(report);
    emit({ type: "release.stage", ...report });
  };
  for (const [nth, stage] of stages.entries()) {
    if (stop.requested) {
      throw new LockkeeperError("interrupted", {
        message: `Interrupted before the stage ${stage.name}.`,
        action: "`lockkeeper release` goes on from there.",
      });
    }
    const begun = performance.now();
    const report = (rest: Omit<StageReport, "stage" | "durationMs">): StageReport => ({
      stage: stage.name,
      ...rest,
      durationMs: Math.round(performance.now() - begun),
    });
    try {
      const standing = await stage.standing();
      if (standing !== undefined) {
        tell(report({ state: "stands", message: standing }));
        continue;
      }
      if (dryRun) {
        tell(report({ state: "would run", message: (await stage.preview?.()) ?? stage.intent }));
        continue;
      }
      emit({ type: "release.begun", stage: stage.name, message: stage.intent });
      const end = await stage.run();
      if (end.held) {
        tell(report({ state: "done", message: end.message }));
        continue;
      }
      tell(report({ state: "stopped", message: end.message, action: end.action }));
      reports.push(...stages.slice(nth + 1).map(waiting));
      return { stages: reports, exitCode: end.exitCode };
    } catch (error) {
      tell(report({ state: "stopped", message: error instanceof Error ? error.message : String(error) }));
      throw error;
    }
  }
  return { stages: reports, exitCode: 0 };
}

const waiting = ({ name, intent }: Stage): StageReport => ({
  stage: name,
  state: "waiting",
  message: intent,
  durationMs: 0,
});

import { parseDuration } from "../../config/duration.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Direction } from "../../plan/plan.ts";
import { pause } from "../../postgres/pause.ts";
import { history, type RunRecord } from "../../run/history.ts";
import { readWork, type WorkAtHand } from "../../run/read-sweeps.ts";
import { status } from "../../run/status.ts";
import { urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatMs, oneLine } from "../format.ts";
import type { Paint } from "../paint.ts";
import { INTERRUPTED } from "../signals.ts";
import { SweepWatch, sweepText } from "../watch-sweeps.ts";

const LOOK_EVERY_MS = 1_000;
/** Runs that can have come and gone between two looks. */
const RUNS_LOOKED_AT = 50;
const OVER: ReadonlySet<RunRecord["state"]> = new Set(["done", "undone", "superseded"]);
const STOPPED: ReadonlySet<RunRecord["state"]> = new Set(["failed", "aborted", "interrupted"]);

interface RunSight {
  readonly type: "watch.run";
  readonly run: number;
  readonly migration: string;
  readonly direction: Direction;
  readonly state: RunRecord["state"];
  readonly stepsDone: number;
  readonly steps: number;
  /** The step that was done last, or the one that is at work where that is known. */
  readonly title: string | null;
  readonly durationMs: number | null;
  readonly error: string | null;
}

export interface WatchFlags {
  readonly wait?: string;
}

/** In ms. */
function waitOf({ wait = "0" }: WatchFlags): number {
  const waitMs = parseDuration(wait);
  if (waitMs === undefined) {
    throw new LockkeeperError("usage", { message: '--wait is no duration; expected one such as "30s" or "5m".' });
  }
  return waitMs;
}

/** Follows from outside, by the journal: the runner is another process, and may be on another machine. */
export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: WatchFlags,
): Promise<CommandResult> {
  const waitUntil = performance.now() + waitOf(flags);
  const url = urlToRead(await context.config());
  const stop = context.endOnSignals();
  const sights = new Map<number, RunSight>();
  const sweeps = new SweepWatch();
  let newestBefore: number | undefined;
  let hasRunner = false;
  let isTold = false;
  while (!stop.requested) {
    const isPatient = hasRunner || performance.now() < waitUntil;
    const seen = await look(url, context, isPatient);
    if (seen !== undefined) {
      newestBefore ??= newestSettled(seen.runs);
      for (const run of seen.runs.toReversed()) {
        const sight = sightOf(run);
        const isNews = run.run > newestBefore || !OVER.has(run.state) || sights.has(run.run);
        if (isNews && JSON.stringify(sights.get(run.run)) !== JSON.stringify(sight)) {
          sights.set(run.run, sight);
          context.stream(sight, sightText);
        }
      }
      for (const sight of sweeps.news(seen.work, performance.now())) {
        context.stream(sight, sweepText);
      }
      if (hasRunner && !seen.isAtWork) {
        break;
      }
      hasRunner ||= seen.isAtWork;
      if (!hasRunner && !isPatient) {
        throw new LockkeeperError("run_not_found", {
          message: "No runner is at work in this database, so there is nothing to follow.",
          action: "`lockkeeper watch --wait 5m` waits for one; `lockkeeper history` lists the runs.",
        });
      }
      if (!hasRunner && !isTold) {
        context.note("No runner is at work; waiting for one.");
        isTold = true;
      }
    }
    await pause(LOOK_EVERY_MS, stop.soon);
  }
  const runs = [...sights.values()];
  const isStopped = runs.some(({ state }) => STOPPED.has(state));
  return commandResult({ runs }, () => (stop.requested ? "" : "The runner has ended."), {
    exitCode: stop.requested ? INTERRUPTED : isStopped ? 1 : 0,
  });
}

interface Seen {
  readonly isAtWork: boolean;
  readonly runs: readonly RunRecord[];
  readonly work: WorkAtHand;
}

async function look(url: string, context: CommandContext, isPatient: boolean): Promise<Seen | undefined> {
  try {
    const { lease } = await status({ url, migrations: [] });
    const runs = await history({ url, limit: RUNS_LOOKED_AT });
    const isAtWork = lease?.alive === true;
    const work = isAtWork ? await readWork(url) : { sweeps: [], blockers: [] };
    return { isAtWork, runs: isAtWork ? withRunAtWork(runs) : runs, work };
  } catch (error) {
    if (isPatient && error instanceof LockkeeperError && error.code === "database_unavailable") {
      context.note(error.message);
      return undefined;
    }
    throw error;
  }
}

/** A run of one step is written down when that step is done; until then the first in the queue is the one at work. */
function withRunAtWork(runs: readonly RunRecord[]): readonly RunRecord[] {
  const isNamed = runs.some(({ state }) => state === "running" || state === "paused");
  const first = isNamed ? undefined : runs.findLast(({ state }) => state === "queued");
  return runs.map((run) => (run === first ? { ...run, state: "running" } : run));
}

/** What was over before we came is no news. */
function newestSettled(runs: readonly RunRecord[]): number {
  return runs.find(({ state }) => OVER.has(state))?.run ?? 0;
}

function sightOf(run: RunRecord): RunSight {
  return {
    type: "watch.run",
    run: run.run,
    migration: run.migration,
    direction: run.direction,
    state: run.state,
    stepsDone: run.steps.filter(({ state }) => state === "done").length,
    steps: run.plannedSteps,
    title: run.steps.at(-1)?.title ?? null,
    durationMs: OVER.has(run.state) ? run.durationMs : null,
    error: run.error?.message ?? null,
  };
}

function sightText(sight: RunSight, paint: Paint): string {
  const { migration, direction, state, stepsDone, steps, title, durationMs, error } = sight;
  const facts = [
    `${stepsDone}/${steps}`,
    ...(title === null || OVER.has(state) ? [] : [oneLine(title, 80)]),
    ...(durationMs === null ? [] : [formatMs(durationMs)]),
    ...(error === null || !STOPPED.has(state) ? [] : [oneLine(error, 120)]),
  ];
  const shade = OVER.has(state) ? "green" : STOPPED.has(state) ? "red" : "cyan";
  return `${direction} ${migration}  ${paint(shade, state)}  ${facts.join("  ")}`;
}

import { count } from "../../errors/count.ts";
import type { Direction } from "../../plan/plan.ts";
import type { LockkeeperEvent } from "../../run/events.ts";
import { formatMs } from "../format.ts";
import type { Paint } from "../paint.ts";
import { describeEffort, describeHolder, describeIncident, describeProgress } from "./describe-event.ts";
import { describeSweepProgress } from "./describe-sweep.ts";
import { LiveLine } from "./live-line.ts";
import { LockReport } from "./lock-report.ts";
import type { Narrator } from "./renderer.ts";

export interface Terminal {
  readonly print: (text: string) => void;
  readonly width: () => number;
  readonly paint: Paint;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** A migration of one step needs no heading of its own. */
const HEADED_FROM = 2;

/** Colours, and a live line for the step at work. */
export function narratePretty({ print, width, paint }: Terminal, isVerbose: boolean): Narrator {
  const locks = new LockReport(paint);
  let current: { readonly text: string; readonly since: number } | undefined;
  let remark = "";
  let frame = 0;
  const live = new LiveLine(print, width, () => {
    frame = (frame + 1) % FRAMES.length;
    const lasting = current === undefined ? "" : formatMs(performance.now() - current.since);
    return current === undefined ? "" : `${FRAMES[frame]} ${current.text}  ${lasting}${remark}`;
  });
  const work = (text: string): void => {
    current = { text, since: performance.now() };
    remark = "";
    live.start();
  };
  const rest = (): void => {
    current = undefined;
    live.stop();
  };
  const lines = (event: LockkeeperEvent): readonly string[] => {
    switch (event.type) {
      case "plan.ready":
        return [paint("dim", `${count(event.migrations.length, "migration")}, ${count(event.steps, "step")}`)];
      case "lease.waiting":
        if (current === undefined) {
          work(`waiting for ${describeHolder(event)}`);
        }
        return [];
      case "lease.acquired":
        rest();
        break;
      case "run.started": {
        const going = event.resumedAt > 0 ? `, going on with step ${event.resumedAt + 1}` : "";
        return event.steps >= HEADED_FROM
          ? [`${paint("bold", heading(event))}${paint("dim", `  ${count(event.steps, "step")}${going}`)}`]
          : [];
      }
      case "step.started":
        work(`${event.steps >= HEADED_FROM ? `  ${event.step}/${event.steps}` : event.migration}  ${event.title}`);
        return [];
      case "step.progress":
        remark = `  ${describeProgress(event)}`;
        return [];
      case "sweep.progress":
        remark = `  ${describeSweepProgress(event)}`;
        return [];
      case "step.done":
        rest();
        return event.steps >= HEADED_FROM
          ? [
              `  ${paint("green", "✓")} ${event.step}/${event.steps} ${event.title}  ${paint("dim", describeEffort(event))}`,
            ]
          : [];
      case "run.done":
        return [`${paint("green", "✓")} ${heading(event)}  ${paint("dim", formatMs(event.durationMs))}`];
      case "run.failed":
        rest();
        return [`${paint("red", "✗")} ${event.migration}  ${paint("red", event.error.code)}`];
      case "lock.waiting":
      case "lock.retry":
        remark = event.type === "lock.waiting" ? "  waiting for a lock" : `  attempt ${event.attempt + 1} follows`;
        return locks.lines(event);
    }
    const line = describeIncident(event, isVerbose);
    return line === undefined ? [] : [paint("cyan", line)];
  };
  return {
    event(event) {
      for (const line of lines(event)) {
        live.printAbove(`${line}\n`);
      }
    },
    note: (text) => live.printAbove(`${text}\n`),
    end: rest,
  };
}

function heading({ direction, migration }: { readonly direction: Direction; readonly migration: string }): string {
  switch (direction) {
    case "up":
      return migration;
    case "down":
      return `${migration} taken back`;
    case "contract":
      return `${migration}: what it left standing`;
  }
}

import { count } from "../../errors/count.ts";
import type { LockkeeperEvent } from "../../run/events.ts";
import { formatMs } from "../format.ts";
import { noPaint } from "../paint.ts";
import { describeEffort, describeHolder, describeIncident, describeProgress } from "./describe-event.ts";
import { describeSweepProgress, percentOf } from "./describe-sweep.ts";
import { LockReport } from "./lock-report.ts";
import type { Narrator } from "./renderer.ts";

/** A waiting runner says so this seldom. */
const LEASE_REMIND_MS = 10_000;

/** Percent of a sweep between two lines about it. */
const SWEEP_TOLD_EVERY = 10;

/** A line for each event: for logs, pipes and everything that is not a terminal. */
export function narratePlain(print: (text: string) => void, isVerbose: boolean): Narrator {
  const locks = new LockReport(noPaint);
  let leaseToldMs = Number.NEGATIVE_INFINITY;
  let holderTold = "";
  let progressTold = "";
  let sweepTold = "";
  const lines = (event: LockkeeperEvent): readonly string[] => {
    switch (event.type) {
      case "plan.ready":
        return [`${count(event.migrations.length, "migration")}, ${count(event.steps, "step")}`];
      case "lease.waiting":
        if (event.waitedMs - leaseToldMs < LEASE_REMIND_MS && describeHolder(event) === holderTold) {
          return [];
        }
        leaseToldMs = event.waitedMs;
        holderTold = describeHolder(event);
        return [`Waiting for ${holderTold}, ${formatMs(event.waitedMs)} so far.`];
      case "run.started":
        return [
          `${event.direction} ${event.migration}: ${count(event.steps, "step")}` +
            (event.resumedAt > 0 ? `, going on with step ${event.resumedAt + 1}` : ""),
        ];
      case "step.started":
        return [`  ${event.step}/${event.steps} ${event.title}`];
      case "step.progress": {
        const told = `${event.step} ${describeProgress(event)}`;
        if (told === progressTold) {
          return [];
        }
        progressTold = told;
        return [`  ${event.step}/${event.steps} ${describeProgress(event)}`];
      }
      case "sweep.progress": {
        const tenth = `${event.step}/${event.pass}/${Math.floor(percentOf(event) / SWEEP_TOLD_EVERY)}`;
        if (tenth === sweepTold) {
          return [];
        }
        sweepTold = tenth;
        return [`  ${event.step}/${event.steps} ${describeSweepProgress(event)}`];
      }
      case "step.done":
        return [`  ${event.step}/${event.steps} done in ${describeEffort(event)}`];
      case "run.done":
        return [`${event.direction} ${event.migration}: done in ${formatMs(event.durationMs)}`];
      case "run.failed":
        return [`${event.migration}: stopped by ${event.error.code}`];
      case "lock.waiting":
      case "lock.retry":
        return locks.lines(event);
      default: {
        const line = describeIncident(event, isVerbose);
        return line === undefined ? [] : [line];
      }
    }
  };
  return {
    event(event) {
      for (const line of lines(event)) {
        print(`${line}\n`);
      }
    },
    note: (text) => print(`${text}\n`),
    end() {},
  };
}

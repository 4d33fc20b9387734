import { count } from "../../errors/count.ts";
import type { LockkeeperEvent } from "../../run/events.ts";
import { formatMs, oneLine } from "../format.ts";
import { describeSweep } from "./describe-sweep.ts";

/** What happened apart from the way through the steps, in a sentence; undefined where nobody needs to know. */
export function describeIncident(event: LockkeeperEvent, isVerbose: boolean): string | undefined {
  switch (event.type) {
    case "state.installed":
      return `The state schema lockkeeper is in place (version ${event.version}).`;
    case "lease.acquired":
      if (event.replaced !== null) {
        return "Took over from a runner that had not renewed its lease.";
      }
      return isVerbose ? `Holding the lease (token ${event.token}).` : undefined;
    case "connection.lost":
      return `The connection was lost (${event.reason}); opening it again.`;
    case "step.healed":
      return `Mended what an earlier attempt had left: ${oneLine(event.sql, 120)}`;
    case "sweep.began":
    case "sweep.blocked":
    case "sweep.held":
    case "sweep.released":
    case "sweep.strides":
    case "sweep.replanned":
    case "sweep.verified":
    case "sweep.lost":
    case "sweep.notice":
      return describeSweep(event, isVerbose);
    case "run.paused":
      return `${event.migration} is paused${event.by === null ? "" : ` by ${event.by}`}; \`lockkeeper resume\` lets it go on.`;
    case "run.resumed":
      return `${event.migration} goes on.`;
    case "release.begun":
      return `${event.stage}: ${event.message}`;
    case "release.stage":
      return event.state === "done" || event.state === "stands" ? `${event.stage}: ${event.message}` : undefined;
    case "postflight.found":
      return `${event.severity}: ${event.message}${event.fix === undefined ? "" : ` Mend it with: ${event.fix}`}`;
    case "postflight.done":
      return isVerbose ? describeFlight(event) : undefined;
    case "notice":
      return event.message;
    case "server.notice":
      return isVerbose ? `${event.severity}: ${event.message}` : undefined;
    default:
      return undefined;
  }
}

function describeFlight({
  checks,
  findings,
  analysed,
  warmed,
}: Extract<LockkeeperEvent, { type: "postflight.done" }>): string {
  const done = [
    ...(analysed.length === 0 ? [] : [`analysed ${analysed.join(", ")}`]),
    ...(warmed.length === 0 ? [] : [`read ${warmed.join(", ")} into the buffers`]),
  ];
  return `After the run: ${count(checks, "check")}, ${count(findings, "finding")}${done.map((one) => `; ${one}`).join("")}.`;
}

/** Whom a command waits for. */
export const describeHolder = ({ holder, isPaused }: Extract<LockkeeperEvent, { type: "lease.waiting" }>): string =>
  `another runner (${holder})${isPaused === true ? ", which is paused; `lockkeeper resume` lets it go on" : ""}`;

type StepDone = Extract<LockkeeperEvent, { type: "step.done" }>;

/** `12 ms`, and what made it longer than that. */
export function describeEffort({ durationMs, attempts, lockWaitMs, recovered }: StepDone): string {
  const remarks = [
    ...(attempts > 1 ? [`${count(attempts, "attempt")}, ${formatMs(lockWaitMs)} waiting for locks`] : []),
    ...(recovered ? ["found committed"] : []),
  ];
  return `${formatMs(durationMs)}${remarks.length === 0 ? "" : ` (${remarks.join("; ")})`}`;
}

export function describeProgress({ phase, done, total }: Extract<LockkeeperEvent, { type: "step.progress" }>): string {
  return total > 0 ? `${phase} ${Math.floor((100 * done) / total)} %` : phase;
}

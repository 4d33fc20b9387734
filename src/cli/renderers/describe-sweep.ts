import { rowsInWords, secondsInWords } from "../../effects/numbers-in-words.ts";
import { count } from "../../errors/count.ts";
import type { LockkeeperEvent } from "../../run/events.ts";
import type { SweepStanding } from "../../run/read-sweeps.ts";
import type { SweepProgress } from "../../sweep/sweep-event.ts";
import { formatMs } from "../format.ts";

type SweepEvent = Extract<LockkeeperEvent, { type: `sweep.${string}` }>;

/** `42 %, 1.2 M rows, 45 k rows/s, about 12 seconds left`. */
export function describeSweepProgress(progress: SweepProgress): string {
  const { pass, rows, rowsPerSecond, etaMs, workers } = progress;
  return [
    `${pass === 0 ? "" : "verifying, "}${percentOf(progress)} %`,
    rowsInWords(rows),
    ...(rowsPerSecond > 0 ? [`${rowsInWords(rowsPerSecond)}/s`] : []),
    ...(workers > 1 ? [`${workers} workers`] : []),
    ...(etaMs === null || etaMs < 1_000 ? [] : [`${secondsInWords(etaMs / 1_000)} left`]),
  ].join(", ");
}

/** Of what is gone over in this pass, by place. */
export const percentOf = ({ bytes, bytesTotal }: Pick<SweepProgress, "bytes" | "bytesTotal">): number =>
  bytesTotal === 0 ? 100 : Math.min(100, Math.floor((100 * bytes) / bytesTotal));

/** How fast a sweep is, where two looks at it tell. */
export interface SweepPace {
  readonly rowsPerSecond: number | null;
  readonly etaMs: number | null;
}

/** The same as seen from outside. */
export function describeStanding(sweep: SweepStanding, pace?: SweepPace): string {
  const { rowsPerSecond = null, etaMs = null } = pace ?? {};
  return [
    `${sweep.pass === 0 ? "" : "verifying, "}${Math.floor(100 * sweep.share)} %`,
    rowsInWords(sweep.rows),
    ...(rowsPerSecond === null || rowsPerSecond === 0 ? [] : [`${rowsInWords(rowsPerSecond)}/s`]),
    ...(etaMs === null || etaMs < 1_000 ? [] : [`${secondsInWords(etaMs / 1_000)} left`]),
    ...(sweep.setAside === 0 ? [] : [`${count(sweep.setAside, "row")} set aside`]),
    ...sweep.holds.map(({ reason }) => `held: ${reason}`),
    ...(sweep.heldMs < 1_000 ? [] : [`held for ${formatMs(sweep.heldMs)} so far`]),
  ].join(", ");
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** What happens in a sweep beside its progress; undefined where nobody needs to know. */
export function describeSweep(event: SweepEvent, isVerbose: boolean): string | undefined {
  switch (event.type) {
    case "sweep.began":
      return event.resumed ? `Goes on with the rows of ${event.table} where it stood.` : undefined;
    case "sweep.blocked": {
      const [first, ...others] = event.blockers;
      if (first === undefined) return undefined;
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      return `Rows are locked by pid ${first.pid} (${first.application || first.user}, ${first.state})${more} for ${formatMs(event.waitedMs)}; the batch is tried again.`;
    }
    case "sweep.held":
      return `The sweep is held: ${event.holds.map(({ reason }) => reason).join("; ")}.`;
    case "sweep.released":
      return `The sweep goes on; it was held for ${formatMs(event.heldMs)}.`;
    case "sweep.strides":
      // Who keeps old versions of rows in sight is worth knowing; that a sweep takes a table in turns is not.
      return event.holder !== null || isVerbose ? capital(`${event.reason}.`) : undefined;
    case "sweep.replanned":
      return `${event.table} was ${event.reason} meanwhile; its rows are gone over once more.`;
    case "sweep.verified":
      if (event.left > 0) return `Verified: ${rowsInWords(event.left)} not as they should be, and done now.`;
      return isVerbose ? "Verified: every row is as it should be." : undefined;
    case "sweep.lost":
      return `A connection of the sweep was lost (${event.reason}); opening it again.`;
    case "sweep.notice":
      return event.message;
    case "sweep.progress":
      return undefined;
  }
}

import type { SweepStanding, WorkAtHand } from "../run/read-sweeps.ts";
import { formatMs } from "./format.ts";
import type { Paint } from "./paint.ts";
import { describeStanding, type SweepPace } from "./renderers/describe-sweep.ts";

/** What `watch` says of a sweep. */
export type SweepSight = { readonly type: "watch.sweep" } & SweepStanding &
  SweepPace & { readonly blockers: WorkAtHand["blockers"] };

interface Look {
  readonly sweep: SweepStanding;
  readonly at: number;
}

/** Weight of the newest look in the pace. */
const NEWEST = 0.3;

/** Sweeps as they are seen again and again from outside: their pace is told by two looks. */
export class SweepWatch {
  readonly #looks = new Map<string, Look>();
  readonly #paces = new Map<string, number>();
  readonly #told = new Map<string, string>();

  /**
   * What is news of the sweeps: a percent more, or something else that holds them back.
   *
   * @param at ms, of a clock that only goes forward
   */
  news({ sweeps, blockers }: WorkAtHand, at: number): readonly SweepSight[] {
    return sweeps.flatMap((sweep): SweepSight[] => {
      const key = `${sweep.run}/${sweep.step}/${sweep.pass}`;
      const pace = this.#paceOf(key, { sweep, at });
      const news = JSON.stringify([
        Math.floor(sweep.share * 100),
        sweep.holds.map(({ throttle }) => throttle),
        blockers.map(({ pid }) => pid),
      ]);
      if (this.#told.get(key) === news) return [];
      this.#told.set(key, news);
      return [{ type: "watch.sweep", ...sweep, ...pace, blockers }];
    });
  }

  #paceOf(key: string, look: Look): SweepPace {
    const before = this.#looks.get(key);
    this.#looks.set(key, look);
    if (before === undefined || look.at <= before.at) return { rowsPerSecond: null, etaMs: null };
    const ms = look.at - before.at;
    const share = (look.sweep.share - before.sweep.share) / ms;
    const known = this.#paces.get(key);
    const pace = known === undefined ? share : known + NEWEST * (share - known);
    this.#paces.set(key, pace);
    return {
      rowsPerSecond: Math.round((1_000 * (look.sweep.rows - before.sweep.rows)) / ms),
      etaMs: pace > 0 ? Math.round((1 - look.sweep.share) / pace) : null,
    };
  }
}

export function sweepText({ blockers, ...sweep }: SweepSight, paint: Paint): string {
  const waits = blockers.map(
    ({ pid, application, user, state, ageMs }) =>
      `\n    ${paint("yellow", "waits for")} pid ${pid} (${application || user}, ${state}, for ${formatMs(ageMs)})`,
  );
  return `  ${sweep.table}  ${describeStanding(sweep, sweep)}${waits.join("")}`;
}

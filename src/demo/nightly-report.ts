import { connect } from "../postgres/session.ts";
import { wallClock } from "./load/record.ts";

/** A client in nobody's control that keeps a table open: what makes an ALTER TABLE wait in real life. */
export interface NightlyReport extends AsyncDisposable {
  /** When the report has ended: how long its transaction was open, ms. */
  readonly ended: Promise<number>;
}

const LOOK_MS = 200;

/**
 * Returns when the report has its lock on `orders`, which it then holds for about `holdMs`.
 *
 * @param isEnough asked then: until it is true, the report goes on, but no longer than `longestMs`
 */
export async function startNightlyReport(
  url: string,
  {
    holdMs,
    longestMs,
    isEnough,
  }: { readonly holdMs: number; readonly longestMs: number; readonly isEnough: () => boolean },
): Promise<NightlyReport> {
  const session = await connect(url, { applicationName: "nightly-report" });
  const begunAt = wallClock();
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await session.query("SELECT min(placed_at), max(placed_at) FROM orders");
  const finish = async (): Promise<number> => {
    let forMs = holdMs;
    do {
      await session.query(
        `SELECT status, count(*), sum(total) FROM orders CROSS JOIN pg_sleep(${forMs / 1000}) GROUP BY status`,
      );
      forMs = LOOK_MS;
    } while (!isEnough() && wallClock() - begunAt < longestMs);
    await session.query("COMMIT");
    return wallClock() - begunAt;
  };
  const ended = finish();
  // Heard by whoever awaits it; a report that is cut off has nobody.
  ended.catch(() => {});
  return {
    ended,
    async [Symbol.asyncDispose]() {
      session.destroy();
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again and again until there is an answer.
 *
 * @param what named in the failure when the time is over; the bound is for correctness, never a measure of speed
 */
export async function until<T>(
  what: string | (() => string),
  ask: () => Promise<T | false | undefined> | T | false | undefined,
  withinMs = 60_000,
): Promise<T> {
  const begun = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) {
      return answer;
    }
    if (performance.now() - begun > withinMs) {
      throw new Error(`not within ${withinMs} ms: ${typeof what === "string" ? what : what()}`);
    }
    await sleep(20);
  }
}

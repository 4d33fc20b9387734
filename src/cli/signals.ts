import { constants } from "node:os";
import type { Stop } from "../run/stop.ts";

/** Ends a command that only looks on; a second signal does not wait for it. */
export function endOnSignals(stop: Stop, leave: (code: number) => void): () => void {
  const onSignal = (): void => {
    if (stop.requested) {
      leave(INTERRUPTED);
    }
    stop.immediately("interrupted");
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return () => {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
}

/** Exit code of a command that was interrupted. */
export const INTERRUPTED = 130;

/**
 * The first SIGINT lets the step at work finish, a second one cancels it, and SIGTERM does so at once. Who insists still
 * is let go: a run survives its runner.
 *
 * @param leave ends the process
 * @returns a function that takes the handlers away
 */
export function heedSignals(stop: Stop, note: (text: string) => void, leave: (code: number) => void): () => void {
  let interrupts = 0;
  const cancel = (): void => {
    note("Cancelling the step at work; the run can be resumed.");
    stop.immediately("interrupted");
  };
  const onInterrupt = (): void => {
    interrupts++;
    if (interrupts === 1 && !stop.requested) {
      note("Stopping after the step at work; interrupt again to cancel it.");
      stop.afterStep("interrupted");
    } else if (interrupts <= 2) {
      cancel();
    } else {
      leave(INTERRUPTED);
    }
  };
  let terminations = 0;
  const onTerminate = (): void => {
    terminations++;
    if (terminations === 1) {
      cancel();
    } else {
      leave(128 + constants.signals.SIGTERM);
    }
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return () => {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onTerminate);
  };
}

import type { EmitEvent } from "../events.ts";
import { type EventLogger, logEvents } from "../log-events.ts";
import type { RunPolicy } from "../policy.ts";
import { Stop } from "../stop.ts";
import type { ProjectOptions } from "./open-project.ts";

/** What calls that change the database take besides. */
export interface ChangeOptions extends ProjectOptions {
  /** Durations and the role, where they are to differ from the configuration. */
  readonly policy?: Partial<RunPolicy>;
  /** Cancels the statement at work when it fires; what was begun can be continued. */
  readonly signal?: AbortSignal;
  /** Everything that happens, as it happens. */
  readonly onEvent?: EmitEvent;
  /** A logger in the manner of pino, which gets a line for each event. */
  readonly logger?: EventLogger;
}

export function emitterOf({ onEvent, logger }: Pick<ChangeOptions, "onEvent" | "logger">): EmitEvent {
  const log = logger === undefined ? undefined : logEvents(logger);
  return (event) => {
    log?.(event);
    onEvent?.(event);
  };
}

/** Runs `work` with a wish to stop that follows the caller's signal for as long as it lasts. */
export async function withStop<T>(signal: AbortSignal | undefined, work: (stop: Stop) => Promise<T>): Promise<T> {
  const stop = new Stop();
  const interrupt = (): void => stop.immediately("interrupted");
  if (signal?.aborted === true) {
    interrupt();
  }
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    return await work(stop);
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}

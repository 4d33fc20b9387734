import type { ResolvedConfig } from "../config/load-config.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { EmitEvent } from "../run/events.ts";
import { type EventLogger, logEvents } from "../run/log-events.ts";
import type { PolicyChanges } from "../run/policy.ts";
import { Redactor } from "../run/redact.ts";
import { Stop } from "../run/stop.ts";
import { openProject, type ProjectOptions } from "./open-project.ts";

/** How a call of the library is watched and ended. */
export interface WatchOptions {
  /** Cancels the statement at work when it fires; what was begun can be continued. */
  readonly signal?: AbortSignal;
  /** Everything that happens, as it happens; passwords are hidden. */
  readonly onEvent?: EmitEvent;
  /** A logger in the manner of pino, which gets a line for each event. */
  readonly logger?: EventLogger;
}

/** What calls that change the database take. */
export interface ChangeOptions extends ProjectOptions, WatchOptions {
  /** Durations and the role, where they are to differ from the configuration. */
  readonly policy?: PolicyChanges;
  /** Gates that are passed by where they do not hold and the policy allows it, each with the reason, which is recorded. */
  readonly overrides?: Readonly<Record<string, string>>;
}

export interface Watch {
  readonly project: ResolvedConfig;
  readonly emit: EmitEvent;
  readonly stop: Stop;
}

/**
 * Runs `work` with its events going to whoever watches and the caller's signal heeded. Neither events nor errors leave
 * with a password in them: they end in logs.
 */
export async function watched<T>(
  options: ProjectOptions & WatchOptions,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const { signal, onEvent, logger } = options;
  const project = await openProject(options);
  const redactor = new Redactor();
  for (const url of [project.database, project.directDatabase]) {
    if (url !== undefined) {
      redactor.addUrl(url);
    }
  }
  const log = logger === undefined ? undefined : logEvents(logger);
  const stop = new Stop();
  const interrupt = (): void => stop.immediately("interrupted");
  signal?.addEventListener("abort", interrupt, { once: true });
  if (signal?.aborted === true) {
    interrupt();
  }
  const emit: EmitEvent = (event) => {
    const clean = redactor.value(event);
    log?.(clean);
    onEvent?.(clean);
  };
  try {
    for (const message of project.warnings) {
      emit({ type: "notice", message });
    }
    return await work({ project, stop, emit });
  } catch (error) {
    throw error instanceof LockkeeperError ? withoutSecrets(error, redactor) : error;
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}

/** The cause stays behind: it holds the statements that were sent, whole. */
function withoutSecrets(error: LockkeeperError, redactor: Redactor): LockkeeperError {
  const { message, at, notDone, action, data } = error;
  const clean = new LockkeeperError(error.code, {
    ...redactor.value({ message, action }),
    ...(at === undefined ? {} : { at: redactor.value(at) }),
    ...(notDone === undefined ? {} : { notDone: redactor.value(notDone) }),
    ...(data === undefined ? {} : { data: redactor.value(data) }),
  });
  clean.stack = redactor.text(error.stack ?? "");
  return clean;
}

import type { EmitEvent, LockkeeperEvent } from "./events.ts";

export type Level = "debug" | "info" | "warn" | "error";

/** The part of pino's logger (and of Fastify's, and of bunyan's) that is used. */
export type EventLogger = Readonly<Record<Level, (facts: object, message: string) => void>>;

/** One structured line for each event: its facts, and a sentence for people. */
export function logEvents(logger: EventLogger): EmitEvent {
  return (event) => {
    const { type, ...facts } = event;
    logger[levelOf(type)]({ event: type, ...facts }, sentence(event));
  };
}

const LEVELS: Partial<Record<LockkeeperEvent["type"], Level>> = {
  "lock.waiting": "warn",
  "lock.retry": "warn",
  "connection.lost": "warn",
  "run.failed": "error",
  "step.started": "debug",
  "step.progress": "debug",
  "sweep.began": "debug",
  "sweep.blocked": "warn",
  "sweep.held": "warn",
  "sweep.lost": "warn",
  "sweep.progress": "debug",
  "postflight.found": "warn",
  "postflight.done": "debug",
  "server.notice": "debug",
  "lease.waiting": "debug",
};

/** How much an event matters to those who read logs. */
export const levelOf = (type: LockkeeperEvent["type"]): Level => LEVELS[type] ?? "info";

function sentence(event: LockkeeperEvent): string {
  switch (event.type) {
    case "run.done":
      return `${event.migration}: ${DONE[event.direction]} in ${event.durationMs} ms`;
    case "run.failed":
      return `${event.migration}: ${event.error.code}: ${event.error.message}`;
    case "step.done":
      return `${event.migration}: step ${event.step} of ${event.steps} done in ${event.durationMs} ms: ${event.title}`;
    case "lock.waiting":
    case "lock.retry":
      return `${event.migration}: step ${event.step} waits for a lock: ${event.title}`;
    case "sweep.blocked":
      return `${event.migration}: step ${event.step} waits for rows that others have locked: ${event.title}`;
    case "release.begun":
    case "release.stage":
      return `${event.stage}: ${event.message}`;
    case "postflight.found":
      return `${event.severity}: ${event.message}`;
    case "sweep.notice":
    case "notice":
    case "server.notice":
      return event.message;
    default:
      return `${"migration" in event ? `${event.migration}: ` : ""}${event.type}`;
  }
}

const DONE = { up: "applied", down: "taken back", contract: "what it left standing removed" } as const;

import type { Blocker, LockkeeperEvent } from "../../run/events.ts";
import { formatMs, oneLine, table } from "../format.ts";
import type { Paint } from "../paint.ts";

type LockEvent = Extract<LockkeeperEvent, { type: "lock.waiting" | "lock.retry" }>;

/** While nothing changes, a waiting step is heard of this seldom. */
const REMIND_MS = 30_000;
const QUERY_WIDTH = 60;

/** Tells of lock waits once, and again when other sessions are in the way or much time has passed. */
export class LockReport {
  readonly #paint: Paint;
  #told = { step: "", blockers: "", waitedMs: 0 };

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  lines(event: LockEvent): string[] {
    const step = `${event.run}/${event.step}`;
    if (step !== this.#told.step) {
      this.#told = { step, blockers: "", waitedMs: 0 };
    }
    const blockers = JSON.stringify(event.blockers.map(({ pid, relation, modes }) => [pid, relation, modes]));
    const isNew = event.blockers.length > 0 && blockers !== this.#told.blockers;
    if (isNew) {
      this.#told = { ...this.#told, blockers };
    }
    const sessions = isNew ? blockerTable(event.blockers).map((line) => `    ${this.#paint("dim", line)}`) : [];
    if (event.type === "lock.retry") {
      const isTold = isNew || isPowerOfTwo(event.attempt);
      return isTold ? [this.#paint("yellow", retryLine(event)), ...sessions] : [];
    }
    if (isNew || event.waitedMs - this.#told.waitedMs >= REMIND_MS) {
      this.#told = { ...this.#told, waitedMs: event.waitedMs };
      return [this.#paint("yellow", waitLine(event)), ...sessions];
    }
    return [];
  }
}

function waitLine({ blockers, waitedMs }: Extract<LockEvent, { type: "lock.waiting" }>): string {
  const relations = [...new Set(blockers.flatMap(({ relation }) => relation ?? []))];
  const what = relations.length === 0 ? "a lock" : `a lock on ${relations.join(", ")}`;
  return `  waiting for ${what} for ${formatMs(waitedMs)}; in the way:`;
}

function retryLine({ attempt, reason, backoffMs }: Extract<LockEvent, { type: "lock.retry" }>): string {
  return `  attempt ${attempt} gave way (${reason}); the next in ${formatMs(backoffMs)}`;
}

/** Attempts 1, 2, 4, 8, …: the longer it lasts, the less often it is told. */
function isPowerOfTwo(attempt: number): boolean {
  return (attempt & (attempt - 1)) === 0;
}

/** Who holds what, a session a line. */
export function blockerTable(blockers: readonly Blocker[]): string[] {
  return table(
    ["PID", "APPLICATION", "USER", "STATE", "AGE", "LOCKS", "RELATION", "QUERY"],
    blockers.map((blocker) => [
      String(blocker.pid),
      oneLine(blocker.application, 24) || "-",
      oneLine(blocker.user, 24) || "-",
      blocker.state || "-",
      formatMs(blocker.ageMs),
      blocker.modes.join(", ") || "-",
      blocker.relation ?? "-",
      oneLine(blocker.query, QUERY_WIDTH) || "-",
    ]),
  );
}

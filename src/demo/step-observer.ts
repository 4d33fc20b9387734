import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Step } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import type { Blocker, LockkeeperEvent } from "../run/events.ts";
import type { MeasuredStep } from "./demo-report.ts";
import { wallClock } from "./load/record.ts";

type Retry = Extract<LockkeeperEvent, { type: "lock.retry" }>;

/** What happens to the steps, one call after the other. */
export interface StepListener {
  onBlocked(migration: string, blockers: readonly Blocker[]): void;
  onRetry(retry: Retry): void;
  onDone(step: MeasuredStep): void;
  onMessage(message: string): void;
}

/** Follows the event stream, and asks the journal which locks each step took. */
export class StepObserver {
  readonly steps: MeasuredStep[] = [];
  readonly blockers = new Map<number, Blocker>();
  lockRetries = 0;
  readonly #session: Session;
  readonly #listener: StepListener;
  #startedAt = 0;
  #isBlockedTold = false;
  // The journal is asked while the next step already runs; the listener still hears everything in its order.
  #told: Promise<void> = Promise.resolve();

  constructor(session: Session, listener: StepListener) {
    this.#session = session;
    this.#listener = listener;
  }

  readonly observe = (event: LockkeeperEvent): void => {
    switch (event.type) {
      case "step.started":
        this.#startedAt = wallClock();
        this.#isBlockedTold = false;
        break;
      case "lock.waiting":
        this.#onWaiting(event.migration, event.blockers);
        break;
      case "lock.retry":
        this.lockRetries++;
        this.#tell(() => this.#listener.onRetry(event));
        break;
      case "step.healed":
        this.#tell(() => this.#listener.onMessage(`mended: ${event.sql}`));
        break;
      case "notice":
        this.#tell(() => this.#listener.onMessage(event.message));
        break;
      case "step.done":
        this.#onDone(event);
        break;
      default:
    }
  };

  /** Returns when everything observed so far has been told. */
  async settled(): Promise<void> {
    await this.#told;
  }

  #onWaiting(migration: string, blockers: readonly Blocker[]): void {
    for (const blocker of blockers) {
      this.blockers.set(blocker.pid, blocker);
    }
    if (!this.#isBlockedTold) {
      this.#isBlockedTold = true;
      this.#tell(() => this.#listener.onBlocked(migration, blockers));
    }
  }

  #onDone(event: Extract<LockkeeperEvent, { type: "step.done" }>): void {
    const { migration, step, steps, durationMs, attempts, lockWaitMs } = event;
    const span = { from: this.#startedAt, to: wallClock() };
    this.#tell(async () => {
      const journaled = await this.#readJournal(event.run, step - 1);
      const measured = { migration, step, steps, span, durationMs, attempts, lockWaitMs, ...journaled };
      this.steps.push(measured);
      this.#listener.onDone(measured);
    });
  }

  async #readJournal(
    run: number,
    ordinal: number,
  ): Promise<Pick<MeasuredStep, "kind" | "direction" | "statements" | "locks">> {
    const [row] = await this.#session.query<Pick<MeasuredStep, "direction" | "locks"> & { step: Step }>(
      `SELECT coalesce(s.locks, s.facts -> 'locks', '[]') AS locks, r.plan -> 'steps' -> s.ordinal AS step, r.direction
       FROM lockkeeper.step AS s JOIN lockkeeper.run AS r ON r.id = s.run_id WHERE s.run_id = $1 AND s.ordinal = $2`,
      [run, ordinal],
    );
    if (row === undefined) {
      throw new LockkeeperError("internal", { message: `Step ${ordinal + 1} of run ${run} is not in the journal.` });
    }
    const { step, direction, locks } = row;
    return { kind: step.kind, direction, statements: statementsOf(step), locks };
  }

  #tell(work: () => void | Promise<void>): void {
    this.#told = this.#told.then(work);
    // `settled` reports it.
    this.#told.catch(() => {});
  }
}

/** What a step runs, for people. */
export function statementsOf(step: Step): string[] {
  switch (step.kind) {
    case "ddl":
      return step.statements.map(({ sql }) => sql);
    case "concurrent":
    case "sweep":
      return [step.statement.sql];
    case "script":
      return [step.title];
  }
}

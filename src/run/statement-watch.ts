import { stepOf } from "./attempt.ts";
import type { ObservedLock } from "./events.ts";
import { workName } from "./lease.ts";
import type { RunContext, StepRef } from "./run-context.ts";

/** Locks are looked at soon, because many statements are short; how far a build is, when it takes long. */
const FIRST_LOOK_MS = 20;
const NEXT_LOOK_MS = 1_000;

/** Watches a statement outside a transaction from the side: the locks it holds, and `pg_stat_progress_create_index`. */
export class StatementWatch {
  readonly #context: RunContext;
  readonly #ref: StepRef;
  readonly #title: string;
  readonly #locks = new Map<string, ObservedLock>();
  #timer: NodeJS.Timeout;
  #ended = false;

  constructor(context: RunContext, ref: StepRef, title: string) {
    this.#context = context;
    this.#ref = ref;
    this.#title = title;
    this.#timer = setTimeout(() => void this.#look(), FIRST_LOOK_MS);
  }

  /** What was seen; a lock held for a shorter time than between two looks may be missing. */
  get locks(): readonly ObservedLock[] {
    return [...this.#locks.values()];
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const name = workName(this.#context.token);
    try {
      for (const lock of await this.#context.side.locks(name)) {
        this.#locks.set(`${lock.relation} ${lock.mode}`, lock);
      }
      const progress = await this.#context.side.progress(name);
      if (progress !== undefined && !this.#ended) {
        this.#context.emit({ type: "step.progress", ...stepOf(this.#ref, this.#title), ...progress });
      }
    } catch {
      // Only the report is lost.
    }
    if (!this.#ended) {
      this.#timer = setTimeout(() => void this.#look(), NEXT_LOOK_MS);
    }
  }
}

import { stepOf } from "./attempt.ts";
import { workName } from "./lease.ts";
import type { RunContext, StepRef } from "./run-context.ts";

const LOOK_EVERY_MS = 1_000;

/** Tells how far a concurrent build is, from `pg_stat_progress_create_index`. */
export class StatementWatch {
  readonly #context: RunContext;
  readonly #ref: StepRef;
  readonly #title: string;
  readonly #timer: NodeJS.Timeout;
  #looking = false;

  constructor(context: RunContext, ref: StepRef, title: string) {
    this.#context = context;
    this.#ref = ref;
    this.#title = title;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) {
      return;
    }
    this.#looking = true;
    try {
      const progress = await this.#context.side.progress(workName(this.#context.token));
      if (progress !== undefined) {
        this.#context.emit({ type: "step.progress", ...stepOf(this.#ref, this.#title), ...progress });
      }
    } catch {
      // Only the report is lost.
    } finally {
      this.#looking = false;
    }
  }
}

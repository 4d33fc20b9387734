/** Where the change stands while clients write. */
export type Phase = "before" | "going up" | "up" | "going down" | "contracting" | "contracted";

/** The phases in their order, with a number for each: the same phase comes again when a change is taken back. */
export class Timeline {
  #phase: Phase = "before";
  #moment = 0;
  #wentUp = 0;
  #cameUp: number | undefined;

  get phase(): Phase {
    return this.#phase;
  }

  /** The number of the phase that lasts. */
  get moment(): number {
    return this.#moment;
  }

  /** The numbers of the phases in which the change that stands now began to be made, and was made. */
  get change(): { readonly began: number; readonly made: number | undefined } {
    return { began: this.#wentUp, made: this.#cameUp };
  }

  enter(phase: Phase): void {
    this.#moment++;
    this.#phase = phase;
    if (phase === "going up") {
      this.#wentUp = this.#moment;
      this.#cameUp = undefined;
    }
    if (phase === "up") this.#cameUp = this.#moment;
  }
}

/** The migration is in force, and nothing is at work on it. */
export const isChanged = (phase: Phase): boolean => phase === "up" || phase === "contracted";

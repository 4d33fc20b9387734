import type { OnlineContext } from "../online/online-context.ts";
import type { Step } from "../plan/plan.ts";

/** Reads the catalog that plans are made from. */
export type ReadSight = () => Promise<OnlineContext>;

/** The catalog as it is read once, when it is first needed, followed through what is still to be run. */
export class Sight {
  readonly #read: ReadSight | undefined;
  #context: OnlineContext | undefined;
  #ahead: Step[] = [];

  constructor(read: ReadSight | undefined) {
    this.#read = read;
  }

  /** These steps will be run before what is looked at next. */
  expect(steps: readonly Step[]): void {
    this.#ahead.push(...steps);
  }

  async look(): Promise<OnlineContext | undefined> {
    this.#context ??= await this.#read?.();
    if (this.#context !== undefined && this.#ahead.length > 0) {
      const { applySteps } = await import("./plan-sight.ts");
      await applySteps(this.#context, this.#ahead);
      this.#ahead = [];
    }
    return this.#context;
  }
}

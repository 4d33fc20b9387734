import type { SweepSpec } from "../online/sweep-spec.ts";
import type { BatchDone } from "./send-batch.ts";
import type { SweepPart } from "./sweep-facts.ts";

/** So many strides at most: each is a further look at the pages. */
const MOST_STRIDES = 16;
/** With the key alone, the further looks at every row cost more than its index. */
const FEWEST_INDEXES = 2;
/** 8 MB: smaller tables are done before anything could be cleared away. */
const SMALLEST_BLOCKS = 1_024;
/** So many rows tell whether the strides pay. */
const TELLING_ROWS = 4_000;
/** So many times in a row: a batch of another session that took a moment longer holds on to old versions once. */
const TELLING_TIMES = 2;
/** Nine of ten rows find room beside their old versions where all is well; below this share strides do not pay. */
const LEAST_SHARE = 0.4;

/**
 * Whether a range is done in several passes that take a few lines of each page, so that what one pass leaves behind is
 * room for the next: rows that stay on their page touch no index. It takes a condition that tells rows that are done,
 * and a horizon that moves: old versions are cleared away when nobody can see them any more.
 */
export class Strides {
  readonly #mayStride: boolean;
  #pays = true;
  #rows = 0;
  #hot = 0;
  #poor = 0;

  constructor({ action, where, left, visits }: SweepSpec) {
    this.#mayStride = action.kind === "update" && visits === "again" && (where ?? left) !== undefined;
  }

  /** 1 where a range is done in one pass. */
  for({ visit, indexes, blocks, rows }: SweepPart): number {
    const pays = this.#mayStride && this.#pays && indexes >= FEWEST_INDEXES && blocks >= SMALLEST_BLOCKS;
    if (!pays || visit.by !== "place") return 1;
    // As many rows of each page in each stride: what one leaves behind is what the next needs.
    const perPage = Math.max(1, rows / blocks);
    return Math.max(1, Math.round(perPage / Math.ceil(perPage / MOST_STRIDES)));
  }

  /**
   * @returns the share of rows that stayed on their pages, when it is so small that the strides do not pay: from then on
   *   there are none
   */
  note({ strides, stride, rows, hot }: BatchDone): number | undefined {
    // The first pass finds full pages.
    if (strides === 1 || stride === 0 || !this.#pays) return undefined;
    this.#rows += rows;
    this.#hot += hot;
    if (this.#rows < TELLING_ROWS) return undefined;
    const share = this.#hot / this.#rows;
    this.#rows = 0;
    this.#hot = 0;
    this.#poor = share >= LEAST_SHARE ? 0 : this.#poor + 1;
    if (this.#poor < TELLING_TIMES) return undefined;
    this.#poor = 0;
    this.#pays = false;
    return share;
  }

  /** Whether strides were given up. */
  get areGivenUp(): boolean {
    return !this.#pays;
  }

  /** Who held the horizon is gone. */
  again(): void {
    this.#pays = true;
  }
}

/** Largest growth from one batch to the next: what comes may be denser than what was. */
const GROWTH = 1.2;
/** Of one that was taken apart, back to where batches usually are. */
const RECOVERY = 2;
/** What takes hardly longer than the quickest of all is the way to the server and back, and no work. */
const NO_WORK = 1.5;

/**
 * How large the next batch is, in whatever unit the batches are counted. It starts small, follows the time that the
 * last batches took, and shrinks at once when they meet resistance.
 */
export class BatchSize {
  #size: number;
  readonly #least: number;
  #quickestMs = Number.POSITIVE_INFINITY;

  /**
   * @param first size of the first batch
   * @param least where beginning and commit take longer than the work, a smaller batch gains nothing; only resistance
   *   makes it smaller
   */
  constructor(first: number, least: number) {
    this.#size = first;
    this.#least = least;
  }

  /** At least 1. */
  get size(): number {
    return Math.max(1, Math.floor(this.#size));
  }

  /**
   * @param done how large the batch was, which at the end of a range is less than was asked for; undefined: that is not known
   * @param tookMs how long it took
   * @param targetMs how long it should have taken
   */
  took(done: number | undefined, tookMs: number, targetMs: number): void {
    this.#quickestMs = Math.min(this.#quickestMs, tookMs);
    if (this.#size < this.#least && tookMs < Math.max(targetMs, NO_WORK * this.#quickestMs)) {
      this.#size = Math.min(this.#least, this.#size * (tookMs < targetMs / 2 ? RECOVERY : GROWTH));
      return;
    }
    const wanted = ((done ?? this.size) * targetMs) / Math.max(tookMs, 0.1);
    // A short last piece says little about how large a whole one may be, unless even that was slow.
    if ((done === undefined || done < this.size) && wanted > this.#size) return;
    const least = Math.min(this.#least, this.#size);
    this.#size = Math.max(least, Math.min(wanted, this.#size * GROWTH));
  }

  /** After a batch that waited for others in vain, or took too long. */
  halve(): void {
    this.#size = Math.max(1, this.#size / 2);
  }
}

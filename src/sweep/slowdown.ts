/** What the server has done for the sessions of a database since it began to count (`pg_stat_database`). */
export interface Served {
  /** ms of any clock that goes on evenly. */
  readonly at: number;
  /** Time that statements took, ms. */
  readonly activeMs: number;
  readonly transactions: number;
}

/** How long others' transactions take, with the sweep at work and without it, ms. */
export interface Slowed {
  readonly usual: number;
  readonly now: number;
}

/** Sessions tell what they did once a second: shorter stretches say little. */
const STRETCH_MS = 3_000;
const REST_MS = 2_000;
/** Until what was done before a stretch has been told. */
const SETTLE_MS = 1_000;
/** How often the sweep rests to see how others do without it. */
const USUAL_LASTS_MS = 60_000;
/** The best of so many counts, so that what is left of our own load in one of them does not. */
const USUAL_KEPT = 3;
/** Where others are at work for less than this share of the time of one session, nobody waits. */
const IDLE_SHARE = 0.05;
/** Fewer transactions, or longer ones, say nothing about how they are slowed down. */
const FEW_IN_STRETCH = 30;
const MOST_NICE = 4;
const FIRST_NICE = 0.25;
/** The pause grows by the slowdown beyond the limit, at most by this. */
const GROWTH = 2;
const RELIEF = 0.7;

/**
 * Finds the pause behind batches that others need. Every minute the sweep rests for a few seconds, in which the server
 * tells how long transactions of others take without it; they may take `limit` times as long while it is at work. A
 * server at its limits is recognised so whatever it is short of, and whatever its size.
 */
export class Slowdown {
  /** Rest behind each batch, as a multiple of the time that it took. */
  nice = 0;
  /** The sweep is to do nothing: it is counted how others do without it. */
  rests = false;
  #from: Served | undefined;
  #settlesUntil = 0;
  #usual: readonly number[] = [];
  #usualAt = Number.NEGATIVE_INFINITY;
  #ownMs = 0;
  #ownTransactions = 0;

  /** A batch was done, which the server has counted with the others' work. */
  did(ms: number): void {
    this.#ownMs += ms;
    this.#ownTransactions++;
  }

  /**
   * @param all what the server tells now; undefined: it cannot be told, or the sweep stands still for other reasons
   * @param limit how many times as long others' transactions may take; undefined: as long as they like
   * @returns where the pause grows, why
   */
  saw(all: Served | undefined, limit: number | undefined): Slowed | undefined {
    if (all === undefined || limit === undefined) {
      this.#from = undefined;
      this.rests = false;
      if (limit === undefined) this.nice = 0;
      return undefined;
    }
    const now = {
      at: all.at,
      activeMs: all.activeMs - this.#ownMs,
      transactions: all.transactions - this.#ownTransactions,
    };
    if (this.#from === undefined || now.at < this.#settlesUntil) {
      this.#from = now;
      return undefined;
    }
    const ms = now.at - this.#from.at;
    if (ms < (this.rests ? REST_MS : STRETCH_MS)) return undefined;
    const activeMs = now.activeMs - this.#from.activeMs;
    const transactions = now.transactions - this.#from.transactions;
    this.#from = now;
    const isIdle = activeMs < IDLE_SHARE * ms || transactions < FEW_IN_STRETCH;
    const each = isIdle ? 0 : activeMs / transactions;
    return this.rests ? this.#restEnds(each, now.at) : this.#judge(each, limit, now.at);
  }

  #restEnds(each: number, at: number): undefined {
    this.rests = false;
    this.#settlesUntil = at + SETTLE_MS;
    this.#usual = [...this.#usual, each].slice(-USUAL_KEPT);
    this.#usualAt = at;
  }

  #judge(each: number, limit: number, at: number): Slowed | undefined {
    if (each === 0) {
      this.#relieve();
      return undefined;
    }
    if (at - this.#usualAt > USUAL_LASTS_MS) {
      this.rests = true;
      this.#settlesUntil = at + SETTLE_MS;
      return undefined;
    }
    const known = this.#usual.filter((one) => one > 0);
    const usual = Math.min(...known);
    const slowed = each / usual;
    // Nobody was at work when it was counted.
    if (known.length === 0 || slowed <= (1 + limit) / 2) {
      this.#relieve();
      return undefined;
    }
    if (slowed <= limit) return undefined;
    this.nice = Math.min(MOST_NICE, Math.max(FIRST_NICE, this.nice) * Math.min(GROWTH, slowed / limit));
    return { usual, now: each };
  }

  #relieve(): void {
    this.nice = this.nice < FIRST_NICE ? 0 : this.nice * RELIEF;
  }
}

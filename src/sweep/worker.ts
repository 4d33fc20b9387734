import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { failureKind } from "../postgres/server-error.ts";
import { BatchSize } from "./batch-size.ts";
import { BatchFailure, sendCallbackBatch } from "./callback-batch.ts";
import type { Crew } from "./crew.ts";
import { explainFailure, isMovedRow, isOtherStorage, isRowFailure } from "./explain-failure.ts";
import { LINES_PER_BLOCK } from "./place.ts";
import { type BatchDone, type BatchJob, type BatchLimits, sendBatch } from "./send-batch.ts";
import type { SweepPart } from "./sweep-facts.ts";
import type { SweepConnection } from "./sweep-host.ts";

/** First batches: a few ms of work on most tables. A table that is not larger is done in one. */
const FIRST_BLOCKS = 32;
const FIRST_KEYS = 1_000;
/** Nobody knows how long a function takes for a row. */
const FIRST_OF_FUNCTION = 16;
/** A batch with a row that fails is taken apart until it is no larger; then its rows are done one by one. */
const KEYS_ONE_BY_ONE = 64;
/** A single row that takes longer is not tried again. */
const LONGEST_BATCH_MS = 60_000;
/** How long a batch of one row waits for it. */
const ALONE_LOCK_MS = 1_000;
const RETRY_MIN_MS = 10;
const RETRY_MAX_MS = 1_000;
/** Then another range is tried, if there is one. */
const TRIES_AT_A_PLACE = 4;
const RECONNECT_PAUSE_MS = 250;
/** While all ranges of a table are taken by others. */
const NOTHING_FREE_MS = 100;
/** After this time a batch that does not heed its cancellation loses its connection. */
const CANCEL_PATIENCE_MS = 1_500;

/** Takes one batch after the other, on a connection of its own. */
export class Worker {
  /** The range it was last at, which it goes on with. */
  at: { readonly part: number; readonly range: number } | undefined;
  readonly #crew: Crew;
  readonly #connection: SweepConnection;
  readonly #sizes = new Map<"place" | "key", BatchSize>();
  #oneByOne = false;
  #limitMs: number | undefined;
  #blockedAt: number | undefined;
  #lostAt: number | undefined;
  #tries = 0;
  /** Where others had rows locked, to come back to later. */
  #shunned: { readonly part: number; readonly range: number } | undefined;

  constructor(crew: Crew) {
    this.#crew = crew;
    this.#connection = crew.host.open();
  }

  /** Returns when there is nothing left to do for it. */
  async work(): Promise<void> {
    const { now } = this.#crew.host;
    let impatience: NodeJS.Timeout | undefined;
    const onStop = (): void => {
      impatience = setTimeout(() => this.#connection.destroy(), CANCEL_PATIENCE_MS);
    };
    now.addEventListener("abort", onStop, { once: true });
    try {
      for (;;) {
        await this.#crew.gate();
        const part = this.#crew.partFor(this);
        if (part === undefined) return;
        await this.#batch(part);
      }
    } finally {
      now.removeEventListener("abort", onStop);
      clearTimeout(impatience);
      await this.#connection.end();
    }
  }

  async #batch(part: number): Promise<void> {
    const found = this.#crew.part(part);
    const { host } = this.#crew;
    const { batchMs } = host.policy();
    const size = this.#sizeFor(found);
    const job = this.#job(part, found, size.size);
    const limits = this.#limits(size.size);
    const sentAt = performance.now();
    const look = this.#lookOut(limits.lockMs);
    try {
      const session = await this.#connection.session();
      const done =
        host.batch === undefined || job.read === undefined
          ? await sendBatch(session, host, part, job, limits, this.#crew.isMarked)
          : await sendCallbackBatch(session, { ...host, batch: host.batch }, part, { ...job, read: job.read }, limits);
      const tookMs = performance.now() - sentAt;
      this.#lostAt = undefined;
      if (done.range === undefined) {
        await this.#crew.nothingFree(this, part, done.open, NOTHING_FREE_MS);
        return;
      }
      this.#settle(part, done);
      if (job.one === undefined) size.took(this.#crew.lengthOf(part, job, done), tookMs, batchMs);
      await this.#crew.committed(part, job, done, tookMs, session);
    } catch (error) {
      await this.#failed(error, part, found, size, sentAt);
    } finally {
      clearTimeout(look);
    }
  }

  #limits(size: number): BatchLimits {
    const { batchLimitMs, lockTimeoutMs } = this.#crew.host.policy();
    // Nobody waits for a batch that waits for its only row.
    const lockMs = size === 1 ? Math.max(lockTimeoutMs, ALONE_LOCK_MS) : lockTimeoutMs;
    const limitMs = Math.max(this.#limitMs ?? batchLimitMs, 2 * lockMs);
    return { lockMs, limitMs, tellsAtOnce: this.#crew.tellsAtOnce };
  }

  /** Where a batch was kept waiting, the next one is likely to be: in its middle it can be seen by whom. */
  #lookOut(lockMs: number): NodeJS.Timeout | undefined {
    if (this.#blockedAt === undefined) return undefined;
    const waitedMs = Math.round(performance.now() - this.#blockedAt);
    return setTimeout(() => void this.#crew.lookWhoBlocks(waitedMs), lockMs / 2);
  }

  #sizeFor({ visit: { by }, blocks }: SweepPart): BatchSize {
    let size = this.#sizes.get(by);
    if (size === undefined) {
      const isSmall = blocks <= 4 * FIRST_BLOCKS;
      size =
        by === "key"
          ? new BatchSize(this.#crew.host.batch === undefined ? FIRST_KEYS : FIRST_OF_FUNCTION, KEYS_ONE_BY_ONE)
          : new BatchSize(LINES_PER_BLOCK * (isSmall ? 4 : 1) * FIRST_BLOCKS, LINES_PER_BLOCK);
      this.#sizes.set(by, size);
    }
    return size;
  }

  #job(part: number, found: SweepPart, size: number): BatchJob {
    const { relation, oid, storage, visit } = found;
    const { bound, work, movedWork, count, one, key, read } = this.#crew.sqlFor(part);
    const { moved, chases } = this.#crew;
    const byPlace = visit.by === "place";
    return {
      relation,
      oid,
      ...(byPlace && storage !== null ? { storage } : {}),
      size: this.#oneByOne ? Math.min(size, byPlace ? LINES_PER_BLOCK : KEYS_ONE_BY_ONE) : size,
      bound,
      strides: this.#crew.stridesFor(found),
      ...(work === undefined ? {} : { work }),
      // A row that fails may fail as soon as it is looked at: done one by one, those that are wrong are done uncounted.
      ...(count === undefined || this.#oneByOne ? {} : { count }),
      ...(this.#oneByOne ? { one, key } : {}),
      ...(this.#crew.silent ? { silent: true } : {}),
      ...(moved === undefined ? {} : { moved }),
      ...(movedWork === undefined ? {} : { moved_work: movedWork }),
      ...(read === undefined ? {} : { read, names: found.key.map(({ name }) => name) }),
      ...(chases ? { chase: true } : {}),
      ...(this.at?.part === part ? { prefer: this.at.range } : {}),
      avoid: [...this.#crew.takenByOthers(this, part), ...(this.#shunned?.part === part ? [this.#shunned.range] : [])],
    };
  }

  #settle(part: number, done: BatchDone): void {
    if (done.done) this.#shunned = undefined;
    this.at = done.done ? undefined : { part, range: done.range };
    this.#oneByOne = false;
    this.#limitMs = undefined;
    this.#blockedAt = undefined;
    this.#tries = 0;
  }

  async #failed(error: unknown, part: number, found: SweepPart, size: BatchSize, sentAt: number): Promise<void> {
    const { host } = this.#crew;
    if (isOtherStorage(error)) {
      await this.#crew.replan(part, await this.#connection.session());
      return;
    }
    // A function's batch that has a single row sets it aside itself.
    if (isMovedRow(error) || error instanceof BatchFailure || (host.batch !== undefined && isRowFailure(error))) {
      size.halve();
      return;
    }
    if (isRowFailure(error) && !this.#oneByOne) {
      const smallest = found.visit.by === "place" ? LINES_PER_BLOCK : KEYS_ONE_BY_ONE;
      this.#oneByOne = size.size <= smallest;
      size.halve();
      return;
    }
    const kind = error instanceof LockkeeperError ? "statement" : failureKind(error);
    if (kind === "lock" || kind === "cancelled" || kind === "connection") host.stopIfRequested();
    switch (kind) {
      case "lock":
        await this.#blocked(size, sentAt);
        return;
      case "cancelled": {
        const { batchLimitMs } = host.policy();
        if (size.size === 1 || this.#oneByOne) this.#limitMs = 2 * (this.#limitMs ?? batchLimitMs);
        if ((this.#limitMs ?? 0) > LONGEST_BATCH_MS) throw explainFailure(error, found.relation, host.token);
        this.#tries++;
        for (let times = 0; times < this.#tries; times++) size.halve();
        return;
      }
      case "connection":
        await this.#lost(error, found);
        return;
      default:
        throw explainFailure(error, found.relation, host.token);
    }
  }

  async #blocked(size: BatchSize, sentAt: number): Promise<void> {
    const { host } = this.#crew;
    this.#blockedAt ??= sentAt;
    const waitedMs = Math.round(performance.now() - this.#blockedAt);
    this.#tries++;
    for (let times = 0; times < this.#tries; times++) size.halve();
    const backoffMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#tries);
    await this.#crew.pause(backoffMs * (0.5 + Math.random() / 2));
    if (waitedMs > host.policy().lockDeadlineMs) throw this.#crew.lockTimeout(waitedMs);
    if (this.#tries % TRIES_AT_A_PLACE === 0) {
      this.#shunned = this.at;
      this.at = undefined;
    }
  }

  async #lost(error: unknown, { relation }: SweepPart): Promise<void> {
    const { host } = this.#crew;
    this.#lostAt ??= performance.now();
    if (performance.now() - this.#lostAt > host.policy().reconnectDeadlineMs) {
      throw explainFailure(error, relation, host.token);
    }
    host.emit({ type: "sweep.lost", reason: error instanceof Error ? error.message : String(error) });
    this.#connection.destroy();
    await this.#crew.pause(RECONNECT_PAUSE_MS);
  }
}

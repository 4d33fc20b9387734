import { bytesInWords } from "../effects/numbers-in-words.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import { pause } from "../postgres/pause.ts";
import type { Session } from "../postgres/session.ts";
import { type HorizonHolder, holderInWords, horizonHolder } from "./horizon.ts";
import type { SweepJournal, SweepState } from "./journal.ts";
import type { Pace } from "./pace.ts";
import { placeNumber } from "./place.ts";
import { Progress } from "./progress.ts";
import { rangesOfPlaces } from "./ranges.ts";
import type { BatchDone, BatchJob } from "./send-batch.ts";
import { Strides } from "./strides.ts";
import { readStorage, type SweepPart } from "./sweep-facts.ts";
import type { SweepBlocker, SweepHost } from "./sweep-host.ts";
import type { Watch } from "./watch.ts";
import { type Aim, type WorkSql, workSql } from "./work-sql.ts";
import { Worker } from "./worker.ts";

/** How often it is told who keeps workers waiting. */
const BLOCKERS_EVERY_MS = 1_000;

/** How often it is looked whether strides would pay again. */
const HOLDER_EVERY_MS = 5_000;
/** How long a sweep that has met too many rows that fail looks for more, so that all can be mended at once. */
const LOOK_FOR_MORE_MS = 2_000;
/** It looks for no more than these. */
export const SHOWN_FAILURES = 10;

/** Once over all tables. */
export interface Pass {
  readonly aim: Aim["kind"];
  readonly parts: readonly SweepPart[];
}

/** The workers of one pass over all tables of a sweep, and what they share. */
export class Crew {
  readonly host: SweepHost;
  readonly progress: Progress;
  parts: readonly SweepPart[];
  /** Rows that failed in this pass. */
  failed = 0;
  /** Since when more rows stand aside than may, ms. */
  #tooManyAt: number | undefined;
  #setAside = 0;
  readonly #spec: SweepSpec;
  readonly #journal: SweepJournal;
  readonly #aim: Aim["kind"];
  readonly #silent: boolean;
  /** The trigger that notes rows whose keys change. */
  readonly moved: number | undefined;
  readonly #watch: Watch | undefined;
  readonly #strides: Strides;
  readonly #pace: Pace;
  #holder: HorizonHolder | null = null;
  #lookedForHolderAt = 0;
  readonly #open: Set<number>;
  readonly #workers = new Set<Worker>();
  readonly #shifts: Promise<void>[] = [];
  readonly #sql = new Map<string, WorkSql>();
  readonly #ended = new AbortController();
  #paused: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #toldBlockersAt = -BLOCKERS_EVERY_MS;
  #blockers: readonly SweepBlocker[] = [];

  constructor(
    host: SweepHost,
    spec: SweepSpec,
    journal: SweepJournal,
    state: SweepState,
    { aim, parts }: Pass,
    pace: Pace,
    watch: Watch | undefined,
  ) {
    this.host = host;
    this.parts = parts;
    this.#aim = aim;
    this.#silent = state.facts.triggers.silent;
    this.moved = state.facts.moved;
    this.#watch = watch;
    this.#pace = pace;
    this.#strides = new Strides(spec);
    this.#spec = spec;
    this.#journal = journal;
    this.#open = new Set(state.ranges.filter(({ done }) => !done).map(({ part }) => part));
    this.progress = new Progress(host, state, parts);
  }

  /** @throws LockkeeperError of the first worker that fails; the others have ended their batches by then */
  async work(): Promise<void> {
    this.#staff();
    // More may be employed while these are at work.
    for (const shift of this.#shifts) await shift;
    this.progress.tell();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** As many as are wanted now; those that are too many leave by themselves. */
  #staff(): void {
    const wanted = this.#open.size === 0 ? 0 : this.#wanted();
    while (this.#workers.size < wanted) this.#shifts.push(this.#employ());
  }

  #wanted(): number {
    return this.#spec.oneAtATime === true ? 1 : this.host.policy().workers;
  }

  async #employ(): Promise<void> {
    const worker = new Worker(this);
    this.#workers.add(worker);
    try {
      await worker.work();
    } catch (error) {
      this.#failure ??= { error };
      this.#ended.abort();
    } finally {
      this.#workers.delete(worker);
    }
  }

  /** Passed before each batch. */
  async gate(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.host.stopIfRequested();
    // One pause for all workers.
    this.#paused ??= this.host.whilePaused().finally(() => {
      this.#paused = undefined;
    });
    await this.#paused;
    await this.#watch?.pass();
    this.host.stopIfRequested();
  }

  /** Waits, or less when the sweep ends. */
  async pause(ms: number): Promise<void> {
    await pause(ms, AbortSignal.any([this.host.soon, this.#ended.signal]));
  }

  /** The table that a worker goes on with. */
  partFor(worker: Worker): number | undefined {
    if (this.#tooManyAt !== undefined) {
      const isEnough = this.#setAside >= this.host.policy().setAside + SHOWN_FAILURES;
      if (isEnough || performance.now() - this.#tooManyAt > LOOK_FOR_MORE_MS) return undefined;
    }
    if ([...this.#workers].indexOf(worker) >= this.#wanted()) return undefined;
    const { at } = worker;
    if (at !== undefined && this.#open.has(at.part)) return at.part;
    const [first] = this.#open;
    return first;
  }

  takenByOthers(worker: Worker, part: number): readonly number[] {
    return [...this.#workers].flatMap(({ at }) => (at?.part === part && at !== worker.at ? [at.range] : []));
  }

  part(number: number): SweepPart {
    const found = this.parts[number];
    if (found === undefined) throw new LockkeeperError("internal", { message: `the sweep has no part ${number}` });
    return found;
  }

  /** In how many passes a range of the table is done. */
  stridesFor(part: SweepPart): number {
    return this.#aim === "sweep" ? this.#strides.for(part) : 1;
  }

  /**
   * Whether batches say what they are. A statement of the user's does not: triggers that keep the columns of another
   * migration in step see it as they see everybody's.
   */
  get isMarked(): boolean {
    return this.#spec.triggers === "skip";
  }

  /** Whether batches are to tell the server at once what they did. */
  get tellsAtOnce(): boolean {
    return this.#watch?.asksAtOnce === true;
  }

  /** Whether only rows are gone over that got another key meanwhile. */
  get chases(): boolean {
    return this.#aim === "chase";
  }

  /** Whether users' triggers are kept from firing. */
  get silent(): boolean {
    return this.#silent;
  }

  sqlFor(part: number): WorkSql {
    const found = this.part(part);
    const strides = this.stridesFor(found);
    const key = `${part}/${strides}`;
    const aim: Aim = this.#aim === "sweep" ? { kind: "sweep", strides } : { kind: this.#aim };
    const sql = this.#sql.get(key) ?? workSql(this.#spec, found, aim);
    this.#sql.set(key, sql);
    return sql;
  }

  /** How large a batch was, in what its size counts; undefined for the last keys of a range, which nobody has counted. */
  lengthOf(part: number, job: BatchJob, done: BatchDone): number | undefined {
    if (this.parts[part]?.visit.by === "place") return placeNumber(done.to[0]) - placeNumber(done.from?.[0]);
    return done.ended ? undefined : job.size;
  }

  /** No range of the table is free. */
  async nothingFree(worker: Worker, part: number, open: number, pauseMs: number): Promise<void> {
    worker.at = undefined;
    if (open === 0) {
      this.#open.delete(part);
      return;
    }
    // Others are at the rest of it; the next table comes first.
    this.#open.delete(part);
    this.#open.add(part);
    await this.pause(pauseMs);
  }

  /** Behind a batch. */
  async committed(part: number, job: BatchJob, done: BatchDone, tookMs: number, session: Session): Promise<void> {
    this.failed += done.failed;
    this.#watch?.did(tookMs);
    this.#setAside = done.setAside ?? this.#setAside;
    if (this.#setAside > this.host.policy().setAside) this.#tooManyAt ??= performance.now();
    const throttledMs = this.#pace.restedMs + (this.#watch?.heldMs ?? 0);
    const batch = { length: this.lengthOf(part, job, done), done, tookMs };
    this.progress.add(this.part(part), part, batch, this.#workers.size, throttledMs);
    const share = this.#strides.note(done);
    if (share !== undefined) await this.#stridesDoNotPay(session, share);
    else if (this.#strides.areGivenUp) await this.#tryStridesAgain(session, part);
    this.#staff();
    await this.#rest(tookMs, done.wal);
  }

  async #rest(tookMs: number, wal: number): Promise<void> {
    const policy = this.host.policy();
    const nice = Math.max(policy.nice, this.#watch?.nice ?? 0);
    const { ms, begins } = this.#pace.restAfter({ ...policy, nice }, tookMs, wal, performance.now());
    if (begins && policy.walBytesPerSecond !== undefined) {
      const reason = `the server writes WAL faster than ${bytesInWords(policy.walBytesPerSecond)} a second`;
      this.host.emit({ type: "sweep.held", holds: [{ throttle: "wal", reason }] });
    }
    if (ms >= 1) await this.pause(ms);
  }

  async #stridesDoNotPay(session: Session, hotShare: number): Promise<void> {
    const holder = (await horizonHolder(session, this.#ours)) ?? null;
    this.#holder = holder;
    this.#lookedForHolderAt = performance.now();
    const reason =
      holder === null
        ? "rows find no room on their pages although nobody holds on to old versions: an index has a column that is written, or the rows grow"
        : `${holderInWords(holder)} may still see the old versions, so that they cannot be cleared away`;
    this.host.emit({ type: "sweep.strides", strides: 1, hotShare, reason, holder });
  }

  async #tryStridesAgain(session: Session, part: number): Promise<void> {
    const now = performance.now();
    if (this.#holder === null || now - this.#lookedForHolderAt < HOLDER_EVERY_MS) return;
    this.#lookedForHolderAt = now;
    const holder = await horizonHolder(session, this.#ours);
    if (holder?.kind === this.#holder.kind && holder.name === this.#holder.name) return;
    this.#strides.again();
    const reason = `${holderInWords(this.#holder)} is gone`;
    this.host.emit({
      type: "sweep.strides",
      strides: this.stridesFor(this.part(part)),
      hotShare: null,
      reason,
      holder: null,
    });
  }

  get #ours(): string {
    return this.host.settings["application_name"] ?? "";
  }

  /** The table has other storage than the ranges were made for. */
  async replan(part: number, session: Session): Promise<void> {
    const before = this.parts[part];
    if (before === undefined) return;
    const { relation, storage } = before;
    const now = await readStorage(session, before);
    if (now === undefined) {
      throw new LockkeeperError("sweep_table_changed", {
        message: `${relation} was dropped, or another table has its name by now.`,
        notDone: "What was done so far stands where the table is.",
        data: { relation },
      });
    }
    if (this.parts[part] !== before) return;
    await this.#journal.replaceRanges(
      session,
      part,
      storage,
      now.storage,
      rangesOfPlaces(part, now, this.stridesFor({ ...before, ...now }) > 1),
    );
    this.parts = this.parts.with(part, { ...before, ...now });
    this.#open.add(part);
    this.#sql.clear();
    const reason = now.blocks === 0 ? "truncated" : "rewritten";
    this.progress.again(before, now.blocks);
    this.host.emit({ type: "sweep.replanned", table: relation, reason });
  }

  /** Tells who keeps us waiting at this moment. */
  async lookWhoBlocks(waitedMs: number): Promise<void> {
    const now = performance.now();
    if (now - this.#toldBlockersAt < BLOCKERS_EVERY_MS) return;
    const blockers = await this.host.blockers().catch(() => []);
    if (blockers.length === 0) return;
    this.#toldBlockersAt = now;
    this.#blockers = blockers;
    this.host.emit({ type: "sweep.blocked", waitedMs, blockers });
  }

  lockTimeout(waitedMs: number): LockkeeperError {
    const names = this.#blockers.map(({ pid, application, user }) => `pid ${pid} (${application || user})`).join(", ");
    return new LockkeeperError("lock_timeout", {
      message: `Rows stayed locked for ${Math.round(waitedMs / 1000)} s${names === "" ? "" : `; in the way: ${names}`}.`,
      notDone: "The batches before stand, and the sweep can go on from there.",
      data: { waitedMs, blockers: this.#blockers },
    });
  }
}

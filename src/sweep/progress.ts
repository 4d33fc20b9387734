import type { RangeState, SweepState } from "./journal.ts";
import { LINES_PER_BLOCK, placeNumber } from "./place.ts";
import type { BatchDone } from "./send-batch.ts";
import type { SweepProgress } from "./sweep-event.ts";
import type { SweepPart } from "./sweep-facts.ts";
import type { SweepHost } from "./sweep-host.ts";

/** Weight of the newest batch in averages. */
const NEWEST = 0.1;

/** A batch that has committed. */
interface DoneBatch {
  /** In lines or keys; undefined for the last keys of a range, which nobody has counted. */
  readonly length: number | undefined;
  readonly done: BatchDone;
  readonly tookMs: number;
}

/** How far one pass is, told about once a second. */
export class Progress {
  readonly #host: Pick<SweepHost, "emit" | "policy">;
  readonly #pass: number;
  readonly #blockBytes: number;
  readonly #rowsTotal: number;
  /** Lines gone over; keys count as the share of the table that they are. */
  #lines = 0;
  #linesTotal: number;
  #rows: number;
  #workers = 0;
  #batchMs = 0;
  #throttledMs = 0;
  #hot = 0;
  #changed = 0;
  #toldAt = performance.now();
  #rowsAtTold: number;
  #linesAtTold: number;
  #rowsPerMs = 0;
  /** How many ranges each part has, and the lines of a range of keys that are gone over. */
  readonly #ranges = new Map<number, number>();
  readonly #inRange = new Map<string, number>();
  #linesPerMs = 0;

  constructor(host: Pick<SweepHost, "emit" | "policy">, state: SweepState, parts: readonly SweepPart[]) {
    this.#host = host;
    this.#pass = state.pass;
    this.#blockBytes = state.facts.blockBytes;
    this.#rowsTotal = parts.some(({ rows }) => rows < 0) ? -1 : sum(parts.map(({ rows }) => rows));
    this.#linesTotal = sum(parts.map((part, index) => linesOf(part, index, state.ranges)));
    this.#rows = state.rowsBefore + sum(state.ranges.map(({ rows }) => rows));
    this.#lines = sum(state.ranges.map((range) => linesDone(range, parts[range.part], state.ranges)));
    for (const { part } of state.ranges) this.#ranges.set(part, (this.#ranges.get(part) ?? 0) + 1);
    this.#rowsAtTold = this.#rows;
    this.#linesAtTold = this.#lines;
  }

  get rows(): number {
    return this.#rows;
  }

  /** @param index number of the part */
  add(part: SweepPart, index: number, batch: DoneBatch, workers: number, throttledMs: number): void {
    const { length, done, tookMs } = batch;
    this.#throttledMs = throttledMs;
    const lines = part.visit.by === "key" ? this.#ofKeys(part, index, batch) : (length ?? 0) / done.strides;
    this.#lines = Math.min(this.#linesTotal, this.#lines + lines);
    this.#rows += done.rows;
    this.#workers = workers;
    this.#batchMs += (tookMs - this.#batchMs) * (this.#batchMs === 0 ? 1 : NEWEST);
    this.#hot += done.hot;
    this.#changed += done.rows;
    if (performance.now() - this.#toldAt >= this.#host.policy().progressMs) this.tell();
  }

  /** Keys are counted until their range is done, which is as large as every other. */
  #ofKeys(part: SweepPart, index: number, { length = 0, done }: DoneBatch): number {
    const all = part.blocks * LINES_PER_BLOCK;
    const share = all / Math.max(1, this.#ranges.get(index) ?? 0);
    const range = `${index}/${done.range}`;
    const before = this.#inRange.get(range) ?? 0;
    const now = done.done ? share : Math.min(share, before + (length / Math.max(1, part.rows)) * all);
    this.#inRange.set(range, now);
    return now - before;
  }

  /** A table is gone over once more. */
  again(before: SweepPart, blocks: number): void {
    this.#linesTotal += (blocks - before.blocks) * LINES_PER_BLOCK;
    this.#lines = Math.max(0, this.#lines - before.blocks * LINES_PER_BLOCK);
    this.#linesAtTold = this.#lines;
  }

  tell(): void {
    const now = performance.now();
    const ms = Math.max(1, now - this.#toldAt);
    this.#rowsPerMs = (this.#rows - this.#rowsAtTold) / ms;
    this.#linesPerMs = (this.#lines - this.#linesAtTold) / ms;
    this.#toldAt = now;
    this.#rowsAtTold = this.#rows;
    this.#linesAtTold = this.#lines;
    this.#host.emit({ type: "sweep.progress", ...this.#report() });
    this.#hot = 0;
    this.#changed = 0;
  }

  #report(): SweepProgress {
    const bytes = (lines: number): number => Math.round((lines / LINES_PER_BLOCK) * this.#blockBytes);
    return {
      pass: this.#pass,
      rows: this.#rows,
      rowsTotal: this.#rowsTotal,
      bytes: bytes(this.#lines),
      bytesTotal: bytes(this.#linesTotal),
      rowsPerSecond: Math.round(this.#rowsPerMs * 1000),
      etaMs: this.#linesPerMs > 0 ? Math.round((this.#linesTotal - this.#lines) / this.#linesPerMs) : null,
      hotShare: this.#changed === 0 ? null : this.#hot / this.#changed,
      batchMs: Math.round(this.#batchMs),
      workers: this.#workers,
      throttledMs: Math.round(this.#throttledMs),
    };
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** The table may have grown since the sweep began. */
function linesOf({ visit, blocks }: SweepPart, index: number, ranges: readonly RangeState[]): number {
  if (visit.by === "key") return blocks * LINES_PER_BLOCK;
  return sum(ranges.filter(({ part }) => part === index).map(lengthOf));
}

const lengthOf = ({ low, high }: RangeState): number => placeNumber(high[0]) - placeNumber(low?.[0]);

/** Of a range, when a sweep goes on. */
function linesDone(range: RangeState, part: SweepPart | undefined, all: readonly RangeState[]): number {
  if (part?.visit.by === "key") {
    const share = part.blocks / all.filter((other) => other.part === range.part).length;
    return range.done ? share * LINES_PER_BLOCK : 0;
  }
  const low = placeNumber(range.low?.[0]);
  const length = lengthOf(range);
  if (range.done) return length;
  return (range.stride * length + placeNumber(range.at?.[0]) - low) / range.strides;
}

import type { Session } from "../postgres/session.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { quoteLiteral } from "../sql/quote.ts";
import type { SweepRange } from "./ranges.ts";
import type { SweepFacts } from "./sweep-facts.ts";
import type { SweepHost } from "./sweep-host.ts";
import type { Hold } from "./throttles.ts";

/** How far a sweep has come. */
export interface SweepState {
  readonly facts: SweepFacts;
  readonly pass: number;
  readonly done: boolean;
  /** Changed in the passes before this one. */
  readonly rowsBefore: number;
  /** Rows that stand aside because they failed. */
  readonly setAside: number;
  readonly ranges: readonly RangeState[];
}

export interface RangeState extends SweepRange {
  readonly at: readonly string[] | null;
  readonly done: boolean;
  readonly stride: number;
  readonly strides: number;
  /** In this pass: rows that were to be changed, where they were counted, and rows changed. */
  readonly seen: number;
  readonly rows: number;
}

const STATE = `SELECT s.facts, s.pass, s.done,
  s.rows_before::float8 AS "rowsBefore",
  (SELECT count(*)::float8 FROM lockkeeper.sweep_failure AS f WHERE (f.run_id, f.step) = (s.run_id, s.step)) AS "setAside",
  (SELECT coalesce(json_agg(json_build_object('part', r.part, 'ordinal', r.ordinal, 'low', r.low, 'at', r.at, 'high', r.high,
      'done', r.done, 'stride', r.stride, 'strides', r.strides, 'seen', r.seen, 'rows', r.rows) ORDER BY r.part, r.ordinal), '[]')
    FROM lockkeeper.sweep_range AS r WHERE (r.run_id, r.step) = (s.run_id, s.step)) AS ranges
FROM lockkeeper.sweep AS s WHERE (s.run_id, s.step) = ($1, $2)`;

/** A row that could not be done. */
export interface SweepFailure {
  readonly relation: string;
  /** Values of its key by their columns. */
  readonly key: Readonly<Record<string, unknown>>;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail: string | null;
  readonly constraint: string | null;
  readonly column: string | null;
}

const FAILURES = `SELECT relation, key, sqlstate, message, detail, "constraint", "column" FROM lockkeeper.sweep_failure
WHERE (run_id, step) = ($1, $2) ORDER BY at, key LIMIT $3`;

const MOVED_ROWS_WAIT = `SELECT EXISTS (SELECT FROM lockkeeper.last_moves($3) AS l WHERE NOT l.done AND NOT EXISTS (
  SELECT FROM lockkeeper.sweep_failure AS f WHERE (f.run_id, f.step) = ($1, $2) AND f.high = l.key)) AS waits`;

/** The journal of one sweep. What it writes is refused when the lease is lost. */
export class SweepJournal {
  readonly #host: Pick<SweepHost, "token" | "run" | "step">;

  constructor(host: Pick<SweepHost, "token" | "run" | "step">) {
    this.#host = host;
  }

  /** Undefined when the sweep has not begun. */
  async state(session: Session): Promise<SweepState | undefined> {
    const [state] = await session.query<SweepState>(STATE, [this.#host.run, this.#host.step]);
    return state;
  }

  /** Does nothing where it has begun already. */
  async begin(session: Session, facts: SweepFacts, ranges: readonly SweepRange[]): Promise<void> {
    await this.#call(session, "begin_sweep", [json(facts), json(ranges)]);
  }

  async beginPass(session: Session, pass: number, ranges: readonly SweepRange[]): Promise<void> {
    await this.#call(session, "begin_pass", [String(pass), json(ranges)]);
  }

  /** @param storage the one that the ranges so far were made for; nothing is done when they are for another by now */
  async replaceRanges(
    session: Session,
    part: number,
    storage: number | null,
    newStorage: number | null,
    ranges: readonly SweepRange[],
  ): Promise<void> {
    const numbers = [part, storage, newStorage].map((value) => String(value ?? "NULL"));
    await this.#call(session, "replace_ranges", [...numbers, json(ranges)]);
  }

  /**
   * @param keyed tables in which a row is found again by its key
   * @param ranges all ranges of the others, where they are to be gone over again
   */
  async retryFailures(
    session: Session,
    keyed: readonly number[],
    ranges: readonly SweepRange[] | undefined,
  ): Promise<void> {
    const values = [`ARRAY[${keyed.join(", ")}]::integer[]`, ranges === undefined ? "NULL" : json(ranges)];
    await this.#call(session, "retry_failures", values);
  }

  /** Whether there are rows left that got another key before they were visited. */
  async movedRowsWait(session: Session, moved: number): Promise<boolean> {
    const [found] = await session.query<{ waits: boolean }>(MOVED_ROWS_WAIT, [this.#host.run, this.#host.step, moved]);
    return found?.waits === true;
  }

  /** The same as `retryFailures` while rows are gone over that got another key. */
  async retryMoved(session: Session, moved: number): Promise<void> {
    await this.#call(session, "retry_moved", [String(moved)]);
  }

  /** Rows that failed, the first ones. */
  async failures(session: Session, most: number): Promise<SweepFailure[]> {
    return await session.query<SweepFailure>(FAILURES, [this.#host.run, this.#host.step, most]);
  }

  /** For those who look from elsewhere: what holds the sweep, and how long it was held by this call so far. */
  async held(session: Session, holds: readonly Hold[], heldMs: number): Promise<void> {
    await this.#call(session, "hold_sweep", [json(holds), String(heldMs)]);
  }

  async end(session: Session): Promise<void> {
    await this.#call(session, "end_sweep", []);
  }

  async #call(session: Session, name: string, more: readonly string[]): Promise<void> {
    const { token, run, step } = this.#host;
    try {
      await session.batch([
        { sql: BEGIN },
        { sql: "SET LOCAL statement_timeout = 0" },
        { sql: `SELECT lockkeeper.${name}(${[token, run, step, ...more].join(", ")})` },
        { sql: "COMMIT" },
      ]);
    } catch (error) {
      await session.rollback();
      throw error;
    }
  }
}

const json = (value: unknown): string => `${quoteLiteral(JSON.stringify(value))}::jsonb`;

import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import { pause } from "../postgres/pause.ts";
import { failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { quoteQualified } from "../sql/quote.ts";
import { Crew, type Pass, SHOWN_FAILURES } from "./crew.ts";
import { explainFailure } from "./explain-failure.ts";
import { SweepJournal, type SweepState } from "./journal.ts";
import { keyBounds } from "./key-bounds.ts";
import { leftRows } from "./left-rows.ts";
import { Pace } from "./pace.ts";
import { rangesOfKeys, rangesOfPlaces, type SweepRange } from "./ranges.ts";
import { rowsFailed, rowsLeft } from "./rows-failed.ts";
import { Strides } from "./strides.ts";
import { readStorage, readSweepFacts, type SweepFacts, type SweepPart } from "./sweep-facts.ts";
import type { SweepConnection, SweepHost } from "./sweep-host.ts";
import { Watch } from "./watch.ts";

export interface SweepResult {
  /** Rows changed, by this call and those before it. */
  readonly rows: number;
  /** Rows that failed and were set aside; `lockkeeper.sweep_failure` has them. */
  readonly setAside: number;
  /** Rows that others left behind the last repair, where they may. */
  readonly left: number;
  /** Users' triggers that fired although they were not to: `orders.touch`. */
  readonly fired: readonly string[];
}

const RECONNECT_PAUSE_MS = 250;
/**
 * Tables that are done in a second or less are done before the load of the server could be judged; when the user says
 * himself when to hold, that is asked first whatever the size.
 */
const UNWATCHED_BYTES = 8 * 1024 * 1024;

/**
 * Goes over the rows of a table, a few at a time, and verifies in the end that none is left. Where the journal has the
 * sweep already, it goes on from there; a sweep that is done is not done again. Each batch commits together with the
 * cursor behind it, so that every row is done once whatever is killed.
 *
 * @returns when everything is committed. The caller records the step as done.
 * @throws LockkeeperError `lock_timeout`, `lease_lost`, `database_unavailable`, `permission_denied`, `disk_full`,
 *   `database_read_only`, `statement_failed`, `sweep_rows_failed`, `sweep_incomplete`, `sweep_table_changed`,
 *   `sweep_key_missing`, `progress_lost`, and what `host.stopIfRequested` throws; the sweep can go on after all of them
 */
export async function runSweep(spec: SweepSpec, host: SweepHost): Promise<SweepResult> {
  return await new Sweep(spec, host).run();
}

class Sweep {
  readonly #spec: SweepSpec;
  readonly #host: SweepHost;
  readonly #journal: SweepJournal;
  readonly #relation: string;
  readonly #pace = new Pace();
  /** Passes after this one repair nothing more. */
  #lastPass = 0;

  constructor(spec: SweepSpec, host: SweepHost) {
    this.#spec = spec;
    this.#host = host;
    this.#journal = new SweepJournal(host);
    this.#relation = quoteQualified(spec.table);
  }

  async run(): Promise<SweepResult> {
    const connection = this.#host.open();
    let watch: Watch | undefined;
    try {
      let state = await this.#again(connection, (session) => this.#begin(session));
      this.#lastPass = state.pass + this.#host.policy().repairs;
      const { holdQuery, window } = this.#host.policy();
      const isAsked = holdQuery !== undefined || window !== undefined;
      if (!state.done && (isAsked || bytesOf(state.facts) > UNWATCHED_BYTES)) {
        const tables = state.facts.parts.map(({ oid }) => oid);
        watch = new Watch(this.#host, tables, (session, holds, heldMs) => this.#journal.held(session, holds, heldMs));
      }
      while (!state.done) {
        state = await this.#goOver(connection, state, watch);
      }
      const left = this.#passOf(state).aim === "count" ? seenIn(state) : 0;
      return { rows: rowsOf(state), setAside: state.setAside, left, fired: state.facts.triggers.fire };
    } catch (error) {
      // A stop cancels whatever is at work: it may be a question of ours between batches.
      if (failureKind(error instanceof LockkeeperError ? error.cause : error) === "cancelled") {
        this.#host.stopIfRequested();
      }
      throw error;
    } finally {
      await watch?.end();
      await connection.end();
    }
  }

  async #begin(session: Session): Promise<SweepState> {
    const known = await this.#journal.state(session);
    if (known === undefined) {
      const facts = await readSweepFacts(session, this.#spec);
      if (facts === undefined) {
        throw new LockkeeperError("sweep_table_changed", { message: `There is no table ${this.#relation}.` });
      }
      requireKeys(facts.parts);
      await this.#journal.begin(session, facts, await this.#ranges(session, facts.parts));
    } else if (known.setAside > this.#host.policy().setAside) {
      await this.#retryFailures(session, known);
    }
    const state = await this.#stateOf(session);
    if (!state.done) this.#tellBegin(state, known !== undefined);
    return state;
  }

  #tellBegin({ facts: { parts, blockBytes, triggers } }: SweepState, resumed: boolean): void {
    this.#host.emit({
      type: "sweep.began",
      table: this.#relation,
      parts: parts.length,
      rows: parts.reduce((all, part) => (part.rows < 0 || all < 0 ? -1 : all + part.rows), 0),
      bytes: bytesOf({ parts, blockBytes }),
      resumed,
    });
    if (triggers.fire.length > 0) {
      const message = `These triggers fire for the rows that are changed, because ${triggers.because}: ${triggers.fire.join(", ")}.`;
      this.#host.emit({ type: "sweep.notice", message });
    }
  }

  /** Somebody has mended rows that failed. */
  async #retryFailures(session: Session, state: SweepState): Promise<void> {
    const { aim, parts } = this.#passOf(state);
    if (aim === "chase" && state.facts.moved !== undefined) {
      await this.#journal.retryMoved(session, state.facts.moved);
      return;
    }
    const keyed = parts.flatMap(({ visit }, part) => (visit.by === "key" ? [part] : []));
    const goesOver = this.#spec.left === undefined && keyed.length < parts.length;
    await this.#journal.retryFailures(session, keyed, goesOver ? await this.#ranges(session, parts) : undefined);
  }

  /** To the ends that the tables have now: they may have grown, and rows may have moved there. */
  async #ranges(session: Session, parts: readonly SweepPart[]): Promise<SweepRange[]> {
    const strides = new Strides(this.#spec);
    const ranges: SweepRange[] = [];
    for (const [index, part] of parts.entries()) {
      if (part.visit.by === "key") {
        ranges.push(...rangesOfKeys(index, await keyBounds(session, part, part.visit.columns)));
      } else {
        ranges.push(...rangesOfPlaces(index, (await readStorage(session, part)) ?? part, strides.for(part) > 1));
      }
    }
    return ranges;
  }

  /** Which pass the sweep is in. */
  #passOf({ pass, facts: { parts, whole } }: Pick<SweepState, "pass" | "facts">): Pass {
    const { action, othersMayLeave, key, verifiesFirst } = this.#spec;
    if (action.kind === "check") return { aim: "count", parts };
    if (pass === 0 && verifiesFirst !== true) return { aim: "sweep", parts };
    if (whole !== undefined) return { aim: "chase", parts: [whole] };
    // Where no trigger looks after the rows that others move to other places, they are found by their keys.
    if (othersMayLeave !== true) return { aim: "repair", parts: key === undefined ? parts : parts.map(byKey) };
    return pass === 1 ? { aim: "repair", parts: parts.map(byKey) } : { aim: "count", parts };
  }

  /** One pass; returns the state behind it. */
  async #goOver(connection: SweepConnection, state: SweepState, watch: Watch | undefined): Promise<SweepState> {
    const pass = this.#passOf(state);
    const crew = new Crew(this.#host, this.#spec, this.#journal, state, pass, this.#pace, watch);
    await crew.work();
    return await this.#again(connection, async (session) => {
      const after = await this.#stateOf(session);
      if (after.pass === state.pass && !after.done) {
        await this.#conclude(session, after, pass, crew.failed);
      }
      return await this.#stateOf(session);
    });
  }

  /** Behind a pass: the next one, or the end. */
  async #conclude(session: Session, state: SweepState, { aim, parts }: Pass, failed: number): Promise<void> {
    if (state.setAside > this.#host.policy().setAside) {
      throw rowsFailed(await this.#journal.failures(session, SHOWN_FAILURES), state.setAside, this.#relation);
    }
    const { left, othersMayLeave } = this.#spec;
    const { moved } = state.facts;
    if (moved !== undefined && (await this.#journal.movedRowsWait(session, moved))) {
      await this.#journal.beginPass(session, state.pass + 1, [MOVED_ROWS]);
      return;
    }
    const seen = seenIn(state);
    if (aim === "repair" || aim === "count") {
      const repaired = state.ranges.reduce((all, { rows }) => all + rows, 0);
      this.#host.emit({ type: "sweep.verified", pass: state.pass, left: seen, repaired });
    }
    const isClean = left === undefined || (aim !== "sweep" && (seen === 0 || seen === failed));
    if (isClean || (aim === "count" && othersMayLeave === true)) {
      await this.#journal.end(session);
    } else if (aim === "count" || state.pass >= this.#lastPass) {
      throw rowsLeft(await leftRows(session, this.#spec, parts, SHOWN_FAILURES), seen, this.#relation, left);
    } else {
      const next = this.#passOf({ pass: state.pass + 1, facts: state.facts });
      const ranges = await this.#ranges(session, next.parts);
      await this.#journal.beginPass(session, state.pass + 1, ranges);
    }
  }

  async #stateOf(session: Session): Promise<SweepState> {
    const state = await this.#journal.state(session);
    if (state === undefined) {
      throw new LockkeeperError("progress_lost", { message: `The journal has lost the sweep of ${this.#relation}.` });
    }
    return state;
  }

  /** What may be repeated, again when the connection was lost. */
  async #again<T>(connection: SweepConnection, work: (session: Session) => Promise<T>): Promise<T> {
    const begun = performance.now();
    for (;;) {
      try {
        return await work(await connection.session());
      } catch (error) {
        const isLoss = !(error instanceof LockkeeperError) && failureKind(error) === "connection";
        if (isLoss) this.#host.stopIfRequested();
        if (!isLoss || performance.now() - begun > this.#host.policy().reconnectDeadlineMs) {
          throw explainFailure(error, this.#relation, this.#host.token);
        }
        connection.destroy();
        await pause(RECONNECT_PAUSE_MS, this.#host.soon);
      }
    }
  }
}

/** Rows that got another key are found by what was noted of them. */
const MOVED_ROWS: SweepRange = { part: 0, ordinal: 0, low: null, high: [] };

const bytesOf = ({ parts, blockBytes }: Pick<SweepFacts, "parts" | "blockBytes">): number =>
  parts.reduce((all, { blocks }) => all + blocks * blockBytes, 0);

const seenIn = ({ ranges }: SweepState): number => ranges.reduce((all, { seen }) => all + seen, 0);

const rowsOf = ({ rowsBefore, ranges }: SweepState): number => ranges.reduce((all, { rows }) => all + rows, rowsBefore);

const byKey = (part: SweepPart): SweepPart =>
  part.key.length === 0 ? part : { ...part, visit: { by: "key", columns: part.key } };

function requireKeys(parts: readonly SweepPart[]): void {
  for (const { visit, relation } of parts) {
    if (visit.by === "key" && visit.columns.length === 0) {
      throw new LockkeeperError("sweep_key_missing", {
        message: `${relation} has no unique key of NOT NULL columns, by which each of its rows could be visited once.`,
        data: { relation },
      });
    }
  }
}

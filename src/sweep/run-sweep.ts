import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import { failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { quoteQualified } from "../sql/quote.ts";
import { Crew } from "./crew.ts";
import { explainFailure } from "./explain-failure.ts";
import { SweepJournal, type SweepState } from "./journal.ts";
import { keyBounds } from "./key-bounds.ts";
import { pause } from "./pause.ts";
import { rangesOfKeys, rangesOfPlaces, type SweepRange } from "./ranges.ts";
import { readSweepFacts, type SweepPart } from "./sweep-facts.ts";
import type { SweepConnection, SweepHost } from "./sweep-host.ts";

export interface SweepResult {
  /** Rows changed, by this call and those before it. */
  readonly rows: number;
  /** Rows that failed and were set aside; `lockkeeper.sweep_failure` has them. */
  readonly setAside: number;
  /** Rows that others left behind the last repair, where they may. */
  readonly left: number;
}

const RECONNECT_PAUSE_MS = 250;

/**
 * Goes over the rows of a table, a few at a time, and verifies in the end that none is left. Where the journal has the
 * sweep already, it goes on from there; a sweep that is done is not done again. Each batch commits together with the
 * cursor behind it, so that every row is done once whatever is killed.
 *
 * @returns when everything is committed. The caller records the step as done.
 * @throws LockkeeperError `lock_timeout`, `lease_lost`, `database_unavailable`, `permission_denied`, `disk_full`,
 *   `database_read_only`, `statement_failed`, `sweep_rows_failed`, `sweep_incomplete`, `sweep_table_changed`,
 *   `sweep_key_missing`, and what `host.stopIfRequested` throws; the sweep can go on after all of them
 */
export async function runSweep(spec: SweepSpec, host: SweepHost): Promise<SweepResult> {
  return await new Sweep(spec, host).run();
}

class Sweep {
  readonly #spec: SweepSpec;
  readonly #host: SweepHost;
  readonly #journal: SweepJournal;
  readonly #relation: string;

  constructor(spec: SweepSpec, host: SweepHost) {
    this.#spec = spec;
    this.#host = host;
    this.#journal = new SweepJournal(host);
    this.#relation = quoteQualified(spec.table);
  }

  async run(): Promise<SweepResult> {
    const connection = this.#host.open();
    try {
      let state = await this.#again(connection, (session) => this.#begin(session));
      while (!state.done) {
        state = await this.#pass(connection, state);
      }
      return { rows: rowsOf(state), setAside: 0, left: 0 };
    } finally {
      await connection.end();
    }
  }

  async #begin(session: Session): Promise<SweepState> {
    const known = await this.#journal.state(session);
    if (known === undefined) {
      const facts = await readSweepFacts(session, this.#relation, this.#spec.visits === "once");
      if (facts === undefined) {
        throw new LockkeeperError("sweep_table_changed", { message: `There is no table ${this.#relation}.` });
      }
      requireKeys(facts.parts);
      await this.#journal.begin(session, facts, await this.#ranges(session, facts.parts));
    }
    const state = known ?? (await this.#journal.state(session));
    if (state === undefined) throw new LockkeeperError("internal", { message: "the sweep is not in its journal" });
    const { parts, blockBytes } = state.facts;
    const rows = parts.reduce((all, part) => (part.rows < 0 || all < 0 ? -1 : all + part.rows), 0);
    this.#host.emit({
      type: "sweep.began",
      table: this.#relation,
      parts: parts.length,
      rows,
      bytes: parts.reduce((all, { blocks }) => all + blocks * blockBytes, 0),
      resumed: known !== undefined,
    });
    return state;
  }

  async #ranges(session: Session, parts: readonly SweepPart[]): Promise<SweepRange[]> {
    const ranges: SweepRange[] = [];
    for (const [index, part] of parts.entries()) {
      ranges.push(
        ...(part.visit.by === "place"
          ? rangesOfPlaces(index, part)
          : rangesOfKeys(index, await keyBounds(session, part.relation, part.visit.columns))),
      );
    }
    return ranges;
  }

  /** What is to be done, or a look whether it was; returns the state behind it. */
  async #pass(connection: SweepConnection, state: SweepState): Promise<SweepState> {
    const crew = new Crew(this.#host, this.#spec, this.#journal, state, state.facts.parts);
    await crew.work();
    return await this.#again(connection, async (session) => {
      const after = await this.#stateOf(session);
      const seen = after.ranges.reduce((all, range) => all + range.seen, 0);
      const { left } = this.#spec;
      if (after.pass > 0) {
        const repaired = after.ranges.reduce((all, { rows }) => all + rows, 0);
        this.#host.emit({ type: "sweep.verified", pass: after.pass, left: seen, repaired });
      }
      if (left === undefined || (after.pass > 0 && seen === 0)) {
        await this.#journal.end(session);
      } else if (after.pass >= this.#host.policy().repairs) {
        throw new LockkeeperError("sweep_incomplete", {
          message: `${seen} rows of ${this.#relation} are still not as they should be after ${after.pass} repairs.`,
          notDone: "What was done stands; the run cannot go on before no row is left.",
          data: { relation: this.#relation, left: seen, condition: left },
        });
      } else {
        await this.#journal.beginPass(session, after.pass + 1);
      }
      return await this.#stateOf(session);
    });
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
        this.#host.stopIfRequested();
        if (!isLoss || performance.now() - begun > this.#host.policy().reconnectDeadlineMs) {
          throw explainFailure(error, this.#relation, this.#host.token);
        }
        connection.destroy();
        await pause(RECONNECT_PAUSE_MS, this.#host.soon);
      }
    }
  }
}

const rowsOf = ({ rowsBefore, ranges }: SweepState): number => ranges.reduce((all, { rows }) => all + rows, rowsBefore);

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

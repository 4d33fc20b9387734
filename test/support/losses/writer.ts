import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { askAgain, isGone } from "./ask.ts";
import { Dice } from "./dice.ts";
import type { Kind, ModelledTable } from "./kind.ts";
import type { Model, Reading, Write } from "./model.ts";
import type { Side } from "./shape.ts";
import { type Statement, type Surroundings, someStatement } from "./statements.ts";
import type { Phase, Timeline } from "./timeline.ts";

/** Where transactions leave a mark, by which it is known afterwards whether one was committed. */
export const MARKS = "CREATE SCHEMA losses; CREATE TABLE losses.mark (token text PRIMARY KEY, by text NOT NULL)";

export interface WriterOptions {
  readonly url: string;
  readonly seed: number;
  readonly number: number;
  readonly kind: Kind;
  readonly model: Model;
  readonly timeline: Timeline;
  /** True: the server goes away at times. */
  readonly losesConnections: boolean;
  /** True: a pooler gives each transaction some connection to the server. */
  readonly isPooled: boolean;
  /** Process ids of the connections of all writers. */
  readonly pids: Set<number>;
}

/** A statement that was refused and should not have been. */
export interface Refusal {
  readonly code: string;
  readonly text: string;
}

/** How long a statement may take before it counts as stuck. */
const STUCK_MS = 30_000;
/** Longest pause of a client between two transactions, ms. */
const PAUSE_MS = 10;

/** A client that goes on writing until it is told to stop. */
export class Writer {
  readonly refusals: Refusal[] = [];
  /** SQLSTATEs that are part of a client's life, as often as they came. */
  readonly excused = new Map<string, number>();
  /** Transactions, and the rows that they wrote. */
  committed = 0;
  written = 0;
  readonly #options: WriterOptions;
  readonly #dice: Dice;
  #client: pg.Client | undefined;
  #fresh = 0;
  #tokens = 0;
  #ended = false;
  #paused = false;
  #idle: (() => void) | undefined;
  #wake: (() => void) | undefined;
  readonly #done: Promise<void>;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#dice = new Dice(options.seed);
    this.#done = this.#work();
  }

  /** Returns when no transaction is under way. */
  async pause(): Promise<void> {
    this.#paused = true;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  go(): void {
    this.#paused = false;
    this.#wake?.();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.go();
    await this.#done;
  }

  async #work(): Promise<void> {
    while (!this.#ended) {
      if (this.#paused) {
        this.#idle?.();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      try {
        await this.#transaction();
      } catch (error) {
        this.#refuse("between transactions", error);
      }
      await sleep(this.#dice.below(PAUSE_MS));
    }
    await this.#client?.end().catch(() => {});
  }

  async #transaction(): Promise<void> {
    const { timeline, losesConnections, isPooled } = this.#options;
    const client = await this.#connected();
    const since = timeline.moment;
    const wants = {
      isolation: this.#dice.chance(0.1),
      several: this.#dice.chance(0.6),
      commit: this.#dice.chance(0.9),
    };
    const own = new Pending();
    if (!wants.several && !losesConnections) {
      if (await this.#statement(client, own, false)) this.#keep(own, since);
      return;
    }
    const token = `${this.#options.number}-${this.#tokens++}`;
    try {
      await client.query(wants.isolation ? "BEGIN ISOLATION LEVEL REPEATABLE READ" : "BEGIN");
      if (isPooled) await this.#know(client);
      if (losesConnections) await client.query(`INSERT INTO losses.mark VALUES ('${token}', 'client')`);
      if (!(await this.#statements(client, own, wants.isolation))) {
        await client.query("ROLLBACK");
        return;
      }
      if (this.#dice.chance(0.05)) await sleep(this.#dice.below(200));
    } catch (error) {
      this.#refuse("BEGIN or ROLLBACK", error);
      return;
    }
    try {
      const { command } = await client.query(wants.commit ? "COMMIT" : "ROLLBACK");
      if (command === "COMMIT") this.#keep(own, since);
      else if (wants.commit) this.refusals.push({ code: "rolled back", text: "COMMIT rolled back" });
    } catch (error) {
      this.#refuse("COMMIT", error);
      if (wants.commit && losesConnections && (await this.#isMarked(token))) this.#keep(own, since);
    }
  }

  #keep(own: Pending, since: number): void {
    const { model, timeline } = this.#options;
    this.committed++;
    this.written += own.writes.length;
    model.commit(own.writes, own.readings, since, timeline.moment);
  }

  /** @returns false where the transaction cannot go on */
  async #statements(client: pg.Client, own: Pending, repeatable: boolean): Promise<boolean> {
    const count = 1 + this.#dice.below(4);
    for (let at = 0; at < count; at++) {
      if (!this.#dice.chance(0.25)) {
        if (!(await this.#statement(client, own, repeatable))) return false;
        continue;
      }
      const before = own.mark();
      await client.query("SAVEPOINT s");
      const isFine =
        (await this.#statement(client, own, repeatable)) && (await this.#statement(client, own, repeatable));
      if (isFine && this.#dice.chance(0.5)) {
        await client.query("RELEASE s");
      } else {
        await client.query("ROLLBACK TO s");
        own.backTo(before);
      }
    }
    return true;
  }

  /** @returns false where it was refused */
  async #statement(client: pg.Client, own: Pending, repeatable: boolean): Promise<boolean> {
    const { kind } = this.#options;
    const { phase } = this.#options.timeline;
    const statement = someStatement(this.#dice.pick(kind.tables), this.#surroundings(phase));
    try {
      const { rows } = await client.query(statement.sql, [...statement.params]);
      own.add(statement, rows);
      return true;
    } catch (error) {
      this.#refuse(`${statement.sql} ${JSON.stringify(statement.params)}`, error, { phase, repeatable });
      return false;
    }
  }

  #surroundings(phase: Phase): Surroundings {
    const { kind, model, number } = this.#options;
    return {
      dice: this.#dice,
      phase,
      called: (name) =>
        this.#called(
          kind.tables.find((table) => table.name === name),
          phase,
        ),
      named: ({ name, renamed }) => this.#oneOf(name, renamed, phase),
      side: this.#sideIn(phase),
      uids: (table) => model.uids(table),
      fresh: () => {
        const nth = this.#fresh++;
        return { uid: `w${number}-${nth}`, id: 1_000_000 * (number + 1) + nth };
      },
    };
  }

  #called(table: ModelledTable | undefined, phase: Phase): string {
    if (table === undefined) throw new Error("a statement names a table that the kind does not have");
    return this.#oneOf(table.name, table.renamed, phase);
  }

  /** Releases of before know the old name, those behind `contract` the new one; in between there are both. */
  #oneOf(name: string, renamed: string | undefined, phase: Phase): string {
    if (renamed === undefined || phase === "before") return name;
    return phase === "contracted" || this.#dice.chance(0.5) ? renamed : name;
  }

  /** Where both sides are there, clients of both write. */
  #sideIn(phase: Phase): Side {
    if (phase === "up") return this.#dice.chance(0.5) ? "old" : "new";
    return phase.startsWith("contract") ? "new" : "old";
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    const { url, losesConnections } = this.#options;
    const begun = performance.now();
    for (;;) {
      const client = new pg.Client({ connectionString: url, query_timeout: STUCK_MS, application_name: "writer" });
      client.on("error", () => {
        if (this.#client === client) this.#client = undefined;
      });
      try {
        await client.connect();
        await this.#know(client);
        this.#client = client;
        return client;
      } catch (error) {
        await client.end().catch(() => {});
        if (!losesConnections || performance.now() - begun > STUCK_MS) throw error;
        await sleep(50);
      }
    }
  }

  /** By the numbers of the servers that work for clients, their deadlocks among themselves are known. */
  async #know(client: pg.Client): Promise<void> {
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    this.#options.pids.add(Number(rows[0]?.pid));
  }

  /**
   * Whether a transaction whose answer was lost is in force. Its mark is written in its place first: that waits for a
   * transaction that is still being committed, and succeeds only where there will never be such a one.
   */
  async #isMarked(token: string): Promise<boolean> {
    return await askAgain(this.#options.url, async (client) => {
      await client.query("INSERT INTO losses.mark VALUES ($1, 'nobody') ON CONFLICT DO NOTHING", [token]);
      const { rows } = await client.query("SELECT by FROM losses.mark WHERE token = $1", [token]);
      return rows[0]?.by === "client";
    });
  }

  #refuse(text: string, error: unknown, began?: { readonly phase: Phase; readonly repeatable: boolean }): void {
    const { phase } = this.#options.timeline;
    const { code = "", message = String(error), detail = "" } = error as Partial<pg.DatabaseError>;
    const isLost = isGone(error);
    if (isLost) {
      this.#client?.end().catch(() => {});
      this.#client = undefined;
    }
    const { losesConnections } = this.#options;
    // What was right when the statement was sent may be over when it is refused.
    const isExcused = [began?.phase ?? phase, phase].some((one) => this.#isExcused(code, `${message} ${detail}`, one));
    if (isLost ? losesConnections : isExcused || (code === "40001" && began?.repeatable === true)) {
      const name = isLost ? "connection" : code;
      this.excused.set(name, (this.excused.get(name) ?? 0) + 1);
    } else {
      this.refusals.push({ code, text: `${code} ${message} ${detail} in ${phase}: ${text}` });
    }
  }

  #isExcused(code: string, message: string, phase: Phase): boolean {
    const { kind, pids } = this.#options;
    if (code in (kind.allowed ?? {})) return true;
    // Clients among themselves; with one of ours in the circle it is our fault.
    if (code === "40P01") return [...message.matchAll(/[Pp]rocess (\d+)/g)].every(([, pid]) => pids.has(Number(pid)));
    if (code === "42P01" || code === "42703") return this.#mayBeMissing(message, phase);
    const needs = kind.tables.some(({ derived = [] }) => derived.some(({ draw }) => draw !== undefined));
    return code === "23502" && needs && phase.startsWith("contract");
  }

  /** A new name is not there yet, or not any more; an old one goes with `contract`. */
  #mayBeMissing(message: string, phase: Phase): boolean {
    const isNamed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(message);
    const all = this.#options.kind.tables.flatMap((table) => [table, ...table.columns]);
    return all.some(
      ({ name, renamed }) =>
        renamed !== undefined && (phase.startsWith("contract") ? isNamed(name) : phase !== "up" && isNamed(renamed)),
    );
  }
}

/** What a transaction did so far. */
class Pending {
  readonly writes: Write[] = [];
  readonly readings: Reading[] = [];

  add(statement: Statement, rows: readonly Readonly<Record<string, string | null>>[]): void {
    this.writes.push(...statement.writes(rows));
    this.readings.push(...statement.readings(rows));
  }

  mark(): { readonly writes: number; readonly readings: number } {
    return { writes: this.writes.length, readings: this.readings.length };
  }

  backTo({ writes, readings }: { readonly writes: number; readonly readings: number }): void {
    this.writes.length = writes;
    this.readings.length = readings;
  }
}

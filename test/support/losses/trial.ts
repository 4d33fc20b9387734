import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { LockkeeperError } from "../../../src/errors/lockkeeper-error.ts";
import type { StopMode } from "../../../src/postgres/embedded-server.ts";
import { schemaSnapshot } from "../schema-snapshot.ts";
import { askAgain } from "./ask.ts";
import { Dice } from "./dice.ts";
import { differences, type Remembered } from "./differences.ts";
import type { Kind } from "./kind.ts";
import { Model } from "./model.ts";
import { abort, type Command, isHeldUp, type Operated, operate, operateAndKill } from "./operate.ts";
import { KEY, readAs } from "./shape.ts";
import { type Phase, Timeline } from "./timeline.ts";
import { MARKS, Writer } from "./writer.ts";

/** What befalls the runner, or the server below it. */
export const FAULTS = ["none", "kill", "abort", "fast", "immediate"] as const;

export type Fault = (typeof FAULTS)[number];

export const isRestart = (fault: Fault): boolean => fault === "fast" || fault === "immediate";

/**
 * Ways through a change: `usual` is up, down, up and contract; `twice` is taken back a second time; with `long
 * transactions` somebody reads the tables for as long as the way back waits; with `contract stopped` contract is aborted
 * while it waits for such a reader, and goes on.
 */
export type Course = "usual" | "twice" | "long transactions" | "contract stopped";

export interface TrialOptions {
  readonly serverUrl: string;
  /** Between everybody and the server. */
  readonly pooled?: (url: string) => string;
  /** Absent: the server is left alone. */
  readonly restart?: (mode: StopMode) => Promise<void>;
  readonly kind: Kind;
  readonly seed: number;
  readonly fault: Fault;
  readonly rows: number;
  readonly writers: number;
  /** Default: `usual`. */
  readonly course?: Course;
  /** SQL that does harm, run once the change is made: the harness must find it. */
  readonly sabotage?: string;
}

export interface TrialResult {
  /** What is wrong, for people; empty when nothing is. */
  readonly failures: readonly string[];
  /** Transactions that clients committed, and the rows that these wrote. */
  readonly committed: number;
  readonly writes: number;
  /** Refusals that are part of a client's life. */
  readonly excused: ReadonlyMap<string, number>;
  /** Rows that were compared with the model, at the ends of all phases. */
  readonly rows: number;
  /** How often a runner was killed, aborted, or lost its server. */
  readonly faults: number;
}

/** Clients write while a change is made, taken back, made again and ended; then every row is compared. */
export async function trial(options: TrialOptions): Promise<TrialResult> {
  const name = `losses_${options.seed}_${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-losses-"));
  const { kind, serverUrl } = options;
  await askAgain(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  try {
    const { migration, wayBack } = kind;
    const [file, text] =
      typeof migration === "string"
        ? [`0001_change.${migration.startsWith("export default") ? "ts" : "sql"}`, `${migration};\n`]
        : ["0001_change.ts", `export default ${JSON.stringify(migration)};\n`];
    writeFileSync(join(folder, file), text);
    if (wayBack !== undefined) writeFileSync(join(folder, "0001_change.down.sql"), `${wayBack};\n`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return await new Trial(options, url.href, folder).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await askAgain(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  }
}

class Trial {
  readonly #options: TrialOptions;
  /** Not through a pooler: for what the harness itself asks. */
  readonly #direct: string;
  readonly #operated: Operated;
  readonly #dice: Dice;
  readonly #timeline = new Timeline();
  readonly #model: Model;
  readonly #remembered: Remembered = new Map();
  readonly #failures: string[] = [];
  /** Restarts and requests that are under way. */
  readonly #meanwhile: Promise<void>[] = [];
  #writers: readonly Writer[] = [];
  /** What happens when a runner is first held up by a lock. */
  #onHeldUp: (() => void) | undefined;
  #faults = 0;
  #rows = 0;

  constructor(options: TrialOptions, url: string, folder: string) {
    this.#options = options;
    this.#direct = url;
    this.#dice = new Dice(options.seed);
    this.#operated = {
      url: options.pooled?.(url) ?? url,
      folder,
      workers: 1 + this.#dice.below(3),
      // Nobody waits for it to pass (see #endLease); a request is seen with a renewal, of which there are four.
      leaseTtlMs: options.fault === "abort" || options.course === "contract stopped" ? 3_000 : 15_000,
    };
    this.#model = new Model(options.kind);
  }

  async run(): Promise<TrialResult> {
    const { fault } = this.#options;
    await this.#begin();
    const beginning = await this.#schema();
    this.#startWriters();
    try {
      if (fault === "abort") await this.#upAndAbort(beginning);
      // One that was aborted and stays is continued: it is the same change.
      await this.#phase(this.#timeline.phase === "going up" ? "resume" : "up", "going up", "up");
      await this.#follow(beginning);
    } catch (error) {
      this.#fail(error);
    } finally {
      await Promise.all(this.#meanwhile);
      await Promise.all(this.#writers.map((writer) => writer.end()));
    }
    const refusals = this.#writers.flatMap((writer) => writer.refusals.map(({ text }) => text));
    const excused = new Map<string, number>();
    for (const [code, times] of this.#writers.flatMap((writer) => [...writer.excused])) {
      excused.set(code, (excused.get(code) ?? 0) + times);
    }
    return {
      failures: [...this.#failures, ...refusals.slice(0, 10)],
      committed: this.#writers.reduce((sum, { committed }) => sum + committed, 0),
      writes: this.#writers.reduce((sum, { written }) => sum + written, 0),
      excused,
      rows: this.#rows,
      faults: this.#faults,
    };
  }

  /** From the change that was made to the end of the course. */
  async #follow(beginning: readonly string[]): Promise<void> {
    const { kind, course = "usual" } = this.#options;
    const back = () => this.#phase("down", "going down", "before", beginning);
    const again = () => this.#phase("up", "going up", "up");
    if (course === "long transactions" && kind.goesBack) await this.#whileRead(back);
    else if (course !== "contract stopped" && kind.goesBack) await back();
    if (kind.endsBack === true) return;
    if (course === "twice" && kind.goesBack) {
      await again();
      await back();
      return;
    }
    if (course === "usual" && kind.goesBack) await again();
    if (course === "long transactions") return;
    if (course === "contract stopped") await this.#abortContract();
    await this.#phase("contract", "contracting", "contracted");
  }

  /** Somebody reads all tables until the work waits for a lock, or is done. */
  async #whileRead(work: () => Promise<void>): Promise<void> {
    const names = this.#options.kind.tables.map(({ name }) => name);
    await askAgain(this.#direct, async (client) => {
      await client.query("BEGIN");
      for (const name of names) await client.query(`SELECT FROM ${name} LIMIT 1`);
      let over: Promise<unknown> | undefined;
      const end = (): void => {
        over ??= client.query("ROLLBACK").catch((error: unknown) => this.#fail(error));
      };
      this.#onHeldUp = () => {
        this.#onHeldUp = undefined;
        this.#faults++;
        end();
      };
      await work();
      this.#onHeldUp = undefined;
      end();
      // A connection that is ended before its last answer is there has failed.
      await over;
    });
  }

  /** Contract is told to stop as soon as it waits for a reader. */
  async #abortContract(): Promise<void> {
    await this.#enter("contracting");
    await this.#whileRead(async () => {
      const release = this.#onHeldUp;
      const aborted = operate("contract", this.#operated, (_, event) => {
        if (!isHeldUp(event) || this.#onHeldUp === undefined) return;
        this.#onHeldUp = undefined;
        this.#beside(abort(this.#operated).then(() => release?.()));
      });
      await aborted.catch((error: unknown) => {
        if (!(error instanceof LockkeeperError && error.code === "run_aborted")) throw error;
      });
      await Promise.all(this.#meanwhile);
    });
  }

  #fail(error: unknown): void {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#failures.push(error instanceof LockkeeperError ? `${error.code}: ${told}` : told);
  }

  /** What happens beside the runner; a refusal is told in the end. */
  #beside(work: Promise<void>): void {
    this.#meanwhile.push(work.catch((error: unknown) => this.#fail(error)));
  }

  async #begin(): Promise<void> {
    const { kind, rows } = this.#options;
    await this.#ask(async (client) => {
      await client.query(`${kind.given(rows)} ${MARKS}; ANALYZE`);
      for (const table of kind.tables) {
        const { name, columns } = table;
        const all = [KEY, ...columns];
        const values = all.map((column) => column.name);
        const list = all.map((column) => {
          const read = readAs(table, column, "old");
          return `, (${read})::text AS "${column.name}", pg_typeof(${read})::text AS "as ${column.name}"`;
        });
        const found = await client.query<Record<string, string>>(`SELECT t.uid${list.join("")} FROM ${name} AS t`);
        const uids = new Map<string, string>();
        for (const { refers } of columns) {
          if (refers === undefined) continue;
          const keys = await client.query<{ id: string; uid: string }>(`SELECT id::text, uid FROM ${refers}`);
          for (const { id, uid } of keys.rows) uids.set(`${refers} ${id}`, uid);
        }
        const writes = found.rows.map((row) => ({
          table: name,
          uid: row["uid"] ?? "",
          ver: 0,
          kind: "insert" as const,
          set: Object.fromEntries(
            values.map((one) => {
              const refers = columns.find((column) => column.name === one)?.refers;
              const text = refers === undefined ? row[one] : uids.get(`${refers} ${row[one]}`);
              return [one, { text: text ?? null, as: row[`as ${one}`] ?? "" }];
            }),
          ),
        }));
        this.#model.commit(writes, [], 0, 0);
      }
    });
  }

  #startWriters(): void {
    const { kind, writers, fault, restart, pooled } = this.#options;
    const pids = new Set<number>();
    this.#writers = Array.from(
      { length: writers },
      (_, number) =>
        new Writer({
          url: this.#operated.url,
          seed: this.#dice.below(2 ** 31),
          number,
          kind,
          model: this.#model,
          timeline: this.#timeline,
          isPooled: pooled !== undefined,
          losesConnections: restart !== undefined && isRestart(fault),
          pids,
        }),
    );
  }

  /** Half of the way up, then back to where it began. */
  async #upAndAbort(beginning: readonly string[]): Promise<void> {
    await this.#enter("going up");
    const at = this.#dice.below(8);
    const ended = operate("up", this.#operated, (nth) => {
      if (nth === at) this.#beside(abort(this.#operated));
    }).then(
      () => false,
      (error: unknown) => {
        if (error instanceof LockkeeperError && error.code === "run_aborted") return true;
        throw error;
      },
    );
    const isAborted = await ended;
    await Promise.all(this.#meanwhile);
    this.#faults += isAborted ? 1 : 0;
    // What only changes rows is taken back by nobody but its author.
    if (this.#options.kind.goesBack) await this.#phase("down", "going down", "before", beginning);
  }

  async #phase(command: Command, during: Phase, behind: Phase, catalog?: readonly string[]): Promise<void> {
    if (this.#timeline.phase !== during) await this.#enter(during);
    await this.#operateWithFaults(command);
    const { sabotage } = this.#options;
    if (command === "up" && sabotage !== undefined) await this.#ask((client) => client.query(sabotage));
    this.#timeline.enter(behind);
    await sleep(20 + this.#dice.below(100));
    await this.#compare(`after ${command}`, catalog);
  }

  /** Clients that see the columns of the other side are gone before the change begins that takes these away. */
  async #enter(phase: Phase): Promise<void> {
    const isShaped = this.#options.kind.tables.some(({ shapes }) => shapes !== undefined);
    if (isShaped) await Promise.all(this.#writers.map((writer) => writer.pause()));
    this.#timeline.enter(phase);
    if (isShaped) for (const writer of this.#writers) writer.go();
  }

  async #operateWithFaults(command: Command): Promise<void> {
    const { fault, restart } = this.#options;
    if (fault === "kill") {
      // A process of its own takes a second of the processor to start: not in each phase.
      for (let again = this.#dice.chance(0.6); again; again = this.#dice.chance(0.15)) {
        if (!(await operateAndKill(command, this.#operated, 1 + this.#moment()))) return;
        this.#faults++;
        await this.#endLease();
      }
    }
    const at = this.#moment();
    const isCrash = fault === "immediate" && this.#options.kind.emptiedByCrash !== true;
    const mode = isCrash ? "immediate" : isRestart(fault) ? "fast" : undefined;
    try {
      await operate(command, this.#operated, (nth, event) => {
        if (isHeldUp(event)) this.#onHeldUp?.();
        if (nth !== at || mode === undefined || restart === undefined) return;
        this.#faults++;
        this.#beside(restart(mode));
      });
    } finally {
      await Promise.all(this.#meanwhile);
    }
  }

  /** The time of a dead runner is over. What it sent last may still be at work, and must find no way any more. */
  async #endLease(): Promise<void> {
    await this.#ask(async (client) => {
      const { rows } = await client.query("SELECT to_regclass('lockkeeper.lease') IS NOT NULL AS there");
      if (rows[0]?.there === true) await client.query("UPDATE lockkeeper.lease SET expires_at = clock_timestamp()");
    });
  }

  /** At which of its events something happens to a runner; most have more than these. */
  #moment(): number {
    return this.#dice.chance(0.3) ? this.#dice.below(6) : this.#dice.below(30);
  }

  async #compare(when: string, catalog?: readonly string[]): Promise<void> {
    await Promise.all(this.#writers.map((writer) => writer.pause()));
    const { kind } = this.#options;
    const { found, rows } = await this.#ask((client) =>
      differences(client, kind, this.#model, this.#timeline, this.#remembered),
    );
    this.#rows += rows;
    this.#failures.push(...found.map((line) => `${when}: ${line}`));
    if (catalog !== undefined) {
      const now = await this.#schema();
      const lost = catalog.filter((line) => !now.includes(line)).map((line) => `${when}: the catalog lacks ${line}`);
      const more = now.filter((line) => !catalog.includes(line)).map((line) => `${when}: the catalog has ${line}`);
      this.#failures.push(...[...lost, ...more].slice(0, 10));
    }
    for (const writer of this.#writers) writer.go();
  }

  async #schema(): Promise<readonly string[]> {
    const lines = await this.#ask((client) =>
      schemaSnapshot(async (sql) => {
        const result: pg.QueryResult | readonly pg.QueryResult[] = await client.query(sql);
        return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
      }),
    );
    return lines.filter((line) => !line.includes("lockkeeper") && !/^(database|role) /.test(line));
  }

  async #ask<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return await askAgain(this.#direct, work);
  }
}

import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";
import { planPending } from "../../src/run/plan-pending.ts";
import type { RunPolicy } from "../../src/run/policy.ts";
import { Stop } from "../../src/run/stop.ts";
import { up } from "../../src/run/up.ts";
import { type RestorePoint, restorePoint } from "../../src/safety/rollback/restore-point.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { TEST_POLICY } from "./operations.ts";
import { applicationSchema } from "./picture.ts";
import { writeProject } from "./project.ts";
import { type Writers, writersOn } from "./writers.ts";

/** A table that clients write, one that is dropped, and one that loses a column. */
const GIVEN = `CREATE TABLE t (id int PRIMARY KEY, n int, note text); INSERT INTO t SELECT g, g, 'n' || g FROM generate_series(1, 300) g;
  CREATE INDEX t_n ON t (n);
  CREATE TABLE old (id int PRIMARY KEY, x text UNIQUE); INSERT INTO old SELECT g, 'x' || g FROM generate_series(1, 200) g;
  CREATE TABLE visit (id int PRIMARY KEY, at date NOT NULL); INSERT INTO visit SELECT g, date '2026-01-01' + g FROM generate_series(1, 200) g;
  ANALYZE`;

/** Both names of the column of the second work until contract, so clients go on as before. */
const CHANGES = {
  "0001_type.sql": "ALTER TABLE t ALTER n TYPE bigint;",
  "0002_name.sql": "ALTER TABLE t RENAME COLUMN note TO remark;\nALTER TABLE t ADD COLUMN extra text;",
  // Two steps, each of which contract ends in a transaction of its own.
  "0003_gone.ts": 'export default { steps: [{ sql: "DROP TABLE old" }, { sql: "ALTER TABLE visit DROP COLUMN at" }] };',
} as const;

const POLICY: RunPolicy = { ...TEST_POLICY, briefMs: 0, lockDeadlineMs: 60_000, leaseWaitMs: 30_000 };

/** What comes with each call of a runner. */
interface Call {
  readonly to?: string;
  readonly steps?: number;
  readonly ids?: readonly string[];
  readonly policy?: Partial<RunPolicy>;
  readonly onEvent?: (event: LockkeeperEvent, stop: Stop) => void;
}

/** A database with clients at work, changed by migrations and brought back. */
export class ChangeUnderWriters implements AsyncDisposable {
  readonly db: TestDatabase;
  readonly folder: string;
  /** Clients of `t`, which they know by its old names. */
  readonly writers: Writers;

  private constructor(db: TestDatabase, folder: string, seed: number) {
    this.db = db;
    this.folder = folder;
    this.writers = writersOn(db, 3, seed);
  }

  /**
   * @param files further ones, beside `CHANGES`
   * @param serverUrl absent: the run's server
   */
  static async begin(
    seed: number,
    files: Readonly<Record<string, string>> = {},
    serverUrl?: string,
  ): Promise<ChangeUnderWriters> {
    const db = await testDatabase(serverUrl);
    await db.query(GIVEN);
    return new ChangeUnderWriters(db, writeProject({ ...CHANGES, ...files }), seed);
  }

  #options({ policy, onEvent, ...call }: Call) {
    const stop = new Stop();
    return {
      url: this.db.url,
      migrations: readProject(this.folder),
      policy: { ...POLICY, ...policy },
      stop,
      emit: (event: LockkeeperEvent) => onEvent?.(event, stop),
      ...call,
    };
  }

  async up(call: Call = {}): Promise<readonly string[]> {
    return (await up(this.#options(call))).applied;
  }

  async down(call: Call = {}): Promise<readonly string[]> {
    return (await down(this.#options(call))).undone;
  }

  async contract(call: Call = {}): Promise<readonly string[]> {
    return (await contract(this.#options(call))).contracted;
  }

  async restorePoint(to?: string): Promise<RestorePoint> {
    return await restorePoint({ ...this.#options({}), ...(to === undefined ? {} : { to }) });
  }

  /** How many steps of the first migration come before something is switched over. */
  async stepsBeforeCutover(): Promise<number> {
    const [first] = await planPending(this.#options({}));
    return first?.plan.steps.findIndex(({ phase }) => phase === "cutover") ?? -1;
  }

  async schema(): Promise<readonly string[]> {
    return await applicationSchema(this.db);
  }

  /** Every row that is not as it was given, or as clients wrote it; and what clients met. */
  async wrong(): Promise<readonly string[]> {
    const rows = await this.db.query<{ line: string; id: number }>(
      "SELECT id, id || ' ' || coalesce(n::text, '-') || ' ' || note AS line FROM t ORDER BY id",
    );
    const given = Array.from({ length: 300 }, (_, at) => `${at + 1} ${at + 1} n${at + 1}`);
    const meant = [...given, ...[...this.writers.rows.values()].map(({ id, n, note }) => `${id} ${n ?? "-"} ${note}`)];
    const found = rows.map(({ line }) => line);
    return [
      ...meant.filter((line) => !found.includes(line)).map((line) => `lost: ${line}`),
      ...found.filter((line) => !meant.includes(line)).map((line) => `nobody wrote: ${line}`),
      ...this.writers.errors,
    ];
  }

  /** The rows of the two tables that nobody writes. */
  async still(): Promise<readonly unknown[]> {
    return [
      await this.db.query("SELECT * FROM old ORDER BY id"),
      await this.db.query("SELECT id, at::text FROM visit ORDER BY id"),
    ];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.db.drop();
  }
}

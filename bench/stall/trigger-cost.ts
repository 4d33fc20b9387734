import { readFileSync } from "node:fs";
import type pg from "pg";
import { migrate } from "../../src/index.ts";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import { median } from "../runner/report.ts";
import { withMigration } from "./with-migration.ts";

/** What a write of one row costs its writer more, because of the trigger of a change; µs of CPU. */
export interface TriggerCost {
  readonly major: number;
  readonly change: string;
  readonly phase: "until the cutover" | "behind it";
  /** Whether the rows are written by one statement, which is what the goals speak of, or by one each. */
  readonly statements: "one for all" | "one each";
  /** The write without the trigger, and what the trigger adds. */
  readonly unrelated: Cost;
  readonly synced: Cost;
}

interface Cost {
  readonly without: number;
  readonly added: number;
}

interface Traced {
  readonly name: string;
  /** The statement, with directives. */
  readonly sql: string;
  /** The column that the trigger follows. */
  readonly synced: string;
}

const TRACED: readonly Traced[] = [
  { name: "int → bigint", sql: "ALTER TABLE written ALTER COLUMN amount TYPE bigint;", synced: "amount" },
  {
    name: "text → numeric using",
    sql: "ALTER TABLE written ALTER COLUMN price TYPE numeric USING price::numeric;",
    synced: "price",
  },
  {
    name: "an expression of the author's",
    sql: "-- lockkeeper: back amount = amount / 100\nALTER TABLE written ALTER COLUMN amount TYPE bigint USING amount * 100;",
    synced: "amount",
  },
];

const ROWS = 20_000;

/** Ten columns; room on the pages for a new version of each row, so that every write stays on its page. */
const TABLE = [
  `CREATE TABLE written (id int PRIMARY KEY, amount int, price text, unrelated int, a int, b text, c timestamptz, d bool,
     e bigint, note text) WITH (fillfactor = 30, autovacuum_enabled = off)`,
  `INSERT INTO written SELECT n, n, n, n, n, 'b', now(), true, n, repeat('n', 20) FROM generate_series(1, ${ROWS}) n`,
  "VACUUM ANALYZE written",
];

/** Writes rows one by one on one connection, in a table with the trigger and in one that is the same without it. */
export async function triggerCosts(server: EmbeddedServer, repetitions: number): Promise<TriggerCost[]> {
  const costs: TriggerCost[] = [];
  for (const [nth, traced] of TRACED.entries()) {
    await onDatabase(server.url(), (admin) => admin.query(`CREATE DATABASE trigger_cost_${nth}`));
    const url = server.url(`trigger_cost_${nth}`);
    await onDatabase(url, async (client) => {
      for (const sql of TABLE) await client.query(sql);
    });
    const add = async (phase: TriggerCost["phase"]): Promise<void> => {
      const found = await measured(url, traced, repetitions);
      costs.push(...found.map((one) => ({ ...one, major: server.major, phase })));
    };
    await withMigration("sql", `${traced.sql}\n`, async (folder) => {
      await untilSweep(url, folder);
      await add("until the cutover");
      await migrate({ url, migrations: folder, policy: { briefMs: 0 } });
      await add("behind it");
    });
  }
  return costs;
}

/** Leaves the migration where its trigger is in force and its sweep has begun. */
async function untilSweep(url: string, folder: string): Promise<void> {
  const enough = new AbortController();
  const run = migrate({
    url,
    migrations: folder,
    policy: { briefMs: 0 },
    signal: enough.signal,
    onEvent: ({ type }) => {
      if (type === "sweep.began") enough.abort();
    },
  });
  await run.then(
    () => {
      throw new Error("the migration was not interrupted at its sweep");
    },
    (error: unknown) => {
      if (!enough.signal.aborted) throw error;
    },
  );
}

type Measured = Omit<TriggerCost, "major" | "phase">;

async function measured(url: string, { name, synced }: Traced, repetitions: number): Promise<Measured[]> {
  return await onDatabase(url, async (client) => {
    await client.query("VACUUM FULL written");
    await client.query("DROP TABLE IF EXISTS plain");
    await client.query(
      "CREATE TABLE plain (LIKE written INCLUDING ALL) WITH (fillfactor = 30, autovacuum_enabled = off)",
    );
    await client.query("INSERT INTO plain SELECT * FROM written");
    await client.query("VACUUM ANALYZE written, plain");
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const pid = rows[0]?.pid ?? 0;
    const found: Measured[] = [];
    for (const statements of ["one for all", "one each"] as const) {
      const cost = async (column: string): Promise<Cost> => {
        const [without, added]: [number[], number[]] = [[], []];
        // The first time plans are made and pages are read.
        for (let nth = -1; nth < repetitions; nth++) {
          const plain = await cpuPerRow(client, pid, UPDATES[statements]("plain", column, nth));
          const written = await cpuPerRow(client, pid, UPDATES[statements]("written", column, nth));
          if (nth === -1) continue;
          without.push(plain);
          added.push(written - plain);
        }
        return { without: median(without), added: median(added) };
      };
      found.push({ change: name, statements, unrelated: await cost("unrelated"), synced: await cost(synced) });
    }
    return found;
  });
}

/** Give each row another value than the last time. */
const UPDATES = {
  "one for all": (table: string, column: string, nth: number): string => `UPDATE ${table} SET ${column} = id + ${nth}`,
  "one each": (table: string, column: string, nth: number): string =>
    `DO $$BEGIN FOR n IN 1..${ROWS} LOOP UPDATE ${table} SET ${column} = n + ${nth} WHERE id = n; END LOOP; END$$`,
} as const;

/** µs for which the server's process is at work for one row. */
async function cpuPerRow(client: pg.Client, pid: number, sql: string): Promise<number> {
  const before = nanosecondsAtWork(pid);
  await client.query(sql);
  return (nanosecondsAtWork(pid) - before) / 1_000 / ROWS;
}

/** As Linux counts them for each process, much finer than its ticks. */
const nanosecondsAtWork = (pid: number): number => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);

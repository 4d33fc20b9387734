import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Migration } from "../../../src/migrations/migration.ts";
import { readProject } from "../../../src/migrations/read-project.ts";
import type { StopMode } from "../../../src/postgres/embedded-server.ts";
import { down } from "../../../src/run/down.ts";
import { DEFAULT_POLICY } from "../../../src/run/policy.ts";
import { resume } from "../../../src/run/resume.ts";
import { Stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import { onServer } from "../on-server.ts";
import { program } from "../programs.ts";
import { schemaSnapshot } from "../schema-snapshot.ts";
import { CRASH_POLICY, SEED } from "./project-files.ts";

/** When the runner is killed: see crash-child.ts. */
export interface Kill {
  readonly mode: "before" | "sent" | "before-journal" | "sent-journal" | "after-ms" | "never";
  readonly at: number;
}

/** How and when, in ms after its start, the server under a runner is started again. */
export interface Restart {
  readonly mode: StopMode;
  readonly at: number;
}

/** What a database holds, comparable between two that went different ways to the same end. */
export interface Outcome {
  readonly schema: readonly string[];
  readonly data: Readonly<Record<string, string>>;
  readonly invalidIndexes: readonly string[];
  readonly journal: readonly string[];
}

/** How a killed run ended when it was continued or taken back. */
interface TrialEnd {
  readonly outcome: Outcome;
  readonly killed: boolean;
  /** The runner's exit code, when it was not killed: its moment did not come. */
  readonly code: number | null;
  readonly stderr: string;
}

const CHILD = program("crash-child", new URL("./crash-child.ts", import.meta.url));

/** Databases cloned from one that holds the seed; each trial has its own. */
export class CrashBench implements AsyncDisposable {
  readonly #serverUrl: string;
  readonly #folder: string;
  readonly #template = `crash_${randomBytes(4).toString("hex")}`;
  #clones = 0;

  private constructor(serverUrl: string, folder: string) {
    this.#serverUrl = serverUrl;
    this.#folder = folder;
  }

  static async open(serverUrl: string, folder: string): Promise<CrashBench> {
    const bench = new CrashBench(serverUrl, folder);
    await onServer(serverUrl, (client) => client.query(`CREATE DATABASE ${bench.#template}`));
    await onServer(databaseUrl(serverUrl, bench.#template), (client) => client.query(SEED));
    return bench;
  }

  async clone(): Promise<string> {
    const name = `${this.#template}_${this.#clones++}`;
    await onServer(this.#serverUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${this.#template}`));
    return databaseUrl(this.#serverUrl, name);
  }

  async drop(url: string): Promise<void> {
    const name = new URL(url).pathname.slice(1);
    await onServer(this.#serverUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }

  /**
   * The end that every trial must reach, and how many messages an undisturbed run sends; how many of them are no batches
   * of rows.
   */
  async undisturbed(): Promise<{ outcome: Outcome; messages: number; journal: number }> {
    const url = await this.clone();
    const child = await runChild(url, this.#folder, { mode: "before", at: 0 });
    if (child.code !== 0) {
      throw new Error(`the undisturbed run failed: ${child.stderr}`);
    }
    const outcome = await readOutcome(url);
    await this.drop(url);
    const sent: { readonly all: number; readonly journal: number } = JSON.parse(child.stdout);
    return { outcome, messages: sent.all, journal: sent.journal };
  }

  /**
   * Kills a run, continues it from its journal, then from its files, and tells where it ended.
   *
   * @param look sees the database in its end
   */
  async trial(
    kill: Kill,
    look?: (url: string) => Promise<void>,
  ): Promise<TrialEnd & { readonly resumed: readonly string[] }> {
    return await this.#continued((url) => runChild(url, this.#folder, kill), look);
  }

  /** The server is started again under a run; what the run did not end itself is continued. */
  async restartTrial(
    { mode, at }: Restart,
    restart: (mode: StopMode) => Promise<void>,
  ): Promise<TrialEnd & { readonly resumed: readonly string[] }> {
    return await this.#continued(async (url) => {
      const child = runChild(url, this.#folder, { mode: "never", at: 0 });
      await sleep(at);
      await restart(mode);
      return await child;
    });
  }

  async #continued(
    run: (url: string) => Promise<ChildEnd>,
    look?: (url: string) => Promise<void>,
  ): Promise<TrialEnd & { readonly resumed: readonly string[] }> {
    const url = await this.clone();
    try {
      const child = await run(url);
      const options = optionsFor(url, readProject(this.#folder));
      const queued = await hasRuns(url);
      const { finished } = await resume(options);
      const rest = await up(options);
      if (queued && rest.applied.length > 0) {
        throw new Error(`resume left ${rest.applied.join(", ")} to up`);
      }
      await look?.(url);
      return {
        outcome: await readOutcome(url),
        ...endOf(child),
        resumed: finished,
      };
    } finally {
      await this.drop(url);
    }
  }

  /** Kills a run and takes back what it left, from its journal; tells where that ended. */
  async backTrial(kill: Kill): Promise<TrialEnd & { readonly undone: readonly string[] }> {
    const url = await this.clone();
    try {
      const child = await runChild(url, this.#folder, kill);
      const { undone } = await down({ ...optionsFor(url, []), steps: 100 });
      return { outcome: await readOutcome(url), ...endOf(child), undone };
    } finally {
      await this.drop(url);
    }
  }

  /** What the seed alone holds. */
  async beginning(): Promise<Outcome> {
    const url = await this.clone();
    const outcome = await readOutcome(url);
    await this.drop(url);
    return outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await onServer(this.#serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${this.#template} WITH (FORCE)`));
  }
}

const optionsFor = (url: string, migrations: readonly Migration[]) => ({
  url,
  migrations,
  policy: { ...DEFAULT_POLICY, ...CRASH_POLICY, leaseTtlMs: 2_000, leaseWaitMs: 20_000 },
  emit: () => {},
  stop: new Stop(),
});

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const endOf = ({ code, signal, stderr }: ChildEnd) => ({ killed: signal === "SIGKILL", code, stderr });

async function runChild(url: string, folder: string, kill: Kill): Promise<ChildEnd> {
  const child = spawn(process.execPath, [CHILD, url, folder, "up", kill.mode, String(kill.at)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  return await new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

async function hasRuns(url: string): Promise<boolean> {
  return await onServer(url, async (client) => {
    const found = await client.query("SELECT to_regclass('lockkeeper.run') AS run");
    if (found.rows[0]?.run === null) {
      return false;
    }
    return (await client.query("SELECT FROM lockkeeper.run")).rowCount !== 0;
  });
}

async function readOutcome(url: string): Promise<Outcome> {
  return await onServer(url, async (client: pg.Client) => {
    const rows = async (sql: string): Promise<string[]> =>
      (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line);
    const tables = await rows(
      `SELECT format('%I.%I', n.nspname, c.relname) AS line FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1`,
    );
    const data: Record<string, string> = {};
    for (const table of tables) {
      // The log's times differ between runs; everything else must not.
      const row = table.endsWith("applied_log") ? "t.piece" : "t::text";
      const [digest] = await rows(
        `SELECT count(*) || ' ' || md5(coalesce(string_agg(${row}, '|' ORDER BY ${row}), '')) AS line FROM ${table} AS t`,
      );
      data[table] = digest ?? "";
    }
    return {
      // The database has a name of its own in each trial, and the journal is compared by its meaning.
      schema: (await schemaSnapshot(async (sql) => lastRows(await client.query(sql)))).filter(
        (line) => !line.startsWith("database ") && !line.includes("lockkeeper"),
      ),
      data,
      invalidIndexes: await rows("SELECT indexrelid::regclass::text AS line FROM pg_index WHERE NOT indisvalid"),
      journal:
        (await rows("SELECT 'x' AS line WHERE to_regclass('lockkeeper.migration') IS NOT NULL")).length === 0
          ? []
          : await rows("SELECT id || ' ' || origin AS line FROM lockkeeper.migration ORDER BY position"),
    };
  });
}

/** The lines in which two ends differ, for people. */
export function differences(found: Outcome, wanted: Outcome): string[] {
  const lines = ({ schema, data, invalidIndexes, journal }: Outcome): string[] => [
    ...schema,
    ...Object.entries(data).map(([table, digest]) => `rows of ${table}: ${digest}`),
    ...invalidIndexes.map((index) => `invalid index ${index}`),
    ...journal.map((entry) => `journal: ${entry}`),
  ];
  const have = lines(found);
  const want = lines(wanted);
  return [
    ...have.filter((line) => !want.includes(line)).map((line) => `+ ${line}`),
    ...want.filter((line) => !have.includes(line)).map((line) => `- ${line}`),
  ];
}

/** The driver gives a list of results when a text holds several statements. */
function lastRows(result: pg.QueryResult | readonly pg.QueryResult[]): Record<string, unknown>[] {
  const last = Array.isArray(result) ? result.at(-1) : result;
  return last?.rows ?? [];
}

/**
 * Times migration runners against each other: applying many small migrations to an empty database, and starting again
 * with nothing to do.
 *
 *   bench/peers/install.sh           once: installs the peers below bench/peers (npm, and Go for two of them)
 *   npm run build                    builds dist/lockkeeper.js, which is what is measured of Lockkeeper
 *   npm run bench:runner             1,000 migrations, 5 rounds; leave the machine alone meanwhile
 *   npm run bench:runner -- --migrations 50 --rounds 1 --only psql,goose --out /tmp/trial
 *
 * psql must be on PATH. The server is an embedded PostgreSQL with its default settings (fsync on), started and removed
 * by the benchmark. Results go to bench/results/runner.md and runner.json, or to the folder named by --out. A contender
 * that is not installed, fails or does not do the work is named at the top of the results, and the exit code is 1.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import type { Contender } from "./contender.ts";
import { CONTENDERS } from "./contenders/all.ts";
import { REPOSITORY } from "./installed-peers.ts";
import { describeMachine } from "./machine.ts";
import { countTraffic, type Entrant, enter, type PerPhase, timeRound } from "./measurement.ts";
import { markdown, type Report, type Result } from "./report.ts";
import type { Traffic } from "./round-trip-counter.ts";
import { smallMigrations } from "./small-migrations.ts";

interface Options {
  readonly migrations: number;
  readonly rounds: number;
  readonly contenders: readonly Contender[];
  readonly out: string;
}

/** A contender's numbers while they come in; once it has failed, it is not started again. */
interface Standing {
  readonly entrant: Entrant;
  readonly version: string;
  readonly seconds: { readonly apply: number[]; readonly noop: number[] };
  traffic?: PerPhase<Traffic>;
  failure?: string;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      migrations: { type: "string", default: "1000" },
      rounds: { type: "string", default: "5" },
      only: { type: "string" },
      out: { type: "string", default: join(REPOSITORY, "bench", "results") },
    },
  });
  return {
    migrations: positive("migrations", values.migrations),
    rounds: positive("rounds", values.rounds),
    contenders: values.only === undefined ? CONTENDERS : values.only.split(",").map(contenderNamed),
    out: values.out,
  };
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 9999) {
    throw new Error(`--${flag} takes a whole number from 1 to 9999, not ${text}`);
  }
  return value;
}

function contenderNamed(name: string): Contender {
  const found = CONTENDERS.find((contender) => contender.name.toLowerCase() === name.trim().toLowerCase());
  if (found === undefined) {
    throw new Error(`--only ${name}: the contenders are ${CONTENDERS.map((contender) => contender.name).join(", ")}`);
  }
  return found;
}

async function measure(server: EmbeddedServer, workspace: string, wanted: Options): Promise<Report> {
  const machine = await describeMachine(server);
  const migrations = smallMigrations(wanted.migrations);
  const missing: Result[] = [];
  const standings: Standing[] = [];
  for (const contender of wanted.contenders) {
    const installation = contender.installation();
    if (installation.state === "missing") {
      missing.push({ ...named(contender), ...installation });
    } else {
      const entrant = enter(contender, workspace, migrations);
      standings.push({ entrant, version: installation.version, seconds: { apply: [], noop: [] } });
    }
  }
  // Before the timed rounds: it also brings every program and project into the page cache, for all contenders alike.
  for (const standing of standings) {
    await attempt(standing, workspace, async () => {
      standing.traffic = await countTraffic(server, standing.entrant);
    });
  }
  for (let round = 0; round < wanted.rounds; round += 1) {
    for (const standing of rotated(standings, round)) {
      await attempt(standing, workspace, async () => {
        const { apply, noop } = await timeRound(server, standing.entrant);
        standing.seconds.apply.push(apply);
        standing.seconds.noop.push(noop);
        const figures = `apply ${apply.toFixed(3)} s, no-op ${noop.toFixed(3)} s`;
        console.error(`round ${round + 1}/${wanted.rounds}  ${standing.entrant.contender.name.padEnd(17)} ${figures}`);
      });
    }
  }
  return {
    migrations: wanted.migrations,
    rounds: wanted.rounds,
    machine,
    results: [...standings.map(result), ...missing],
    leftOut: CONTENDERS.filter((contender) => !wanted.contenders.includes(contender)).map(
      (contender) => contender.name,
    ),
  };
}

async function attempt(standing: Standing, workspace: string, work: () => Promise<void>): Promise<void> {
  interruption.signal.throwIfAborted();
  if (standing.failure !== undefined) {
    return;
  }
  try {
    await work();
  } catch (error) {
    // Ctrl-C reaches the contender too: its failure is then ours and must not be reported as its own.
    interruption.signal.throwIfAborted();
    standing.failure = redacted(error instanceof Error ? error.message : String(error), workspace);
  }
}

function result(standing: Standing): Result {
  const { entrant, version, seconds, traffic, failure } = standing;
  if (failure !== undefined || traffic === undefined) {
    return { ...named(entrant.contender), state: "failed", version, reason: failure ?? "was not counted" };
  }
  return { ...named(entrant.contender), state: "measured", version, seconds, traffic };
}

function named(contender: Contender): Pick<Result, "name" | "transaction"> {
  return { name: contender.name, transaction: contender.transaction };
}

function rotated<T>(values: readonly T[], by: number): readonly T[] {
  const start = values.length === 0 ? 0 : by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}

/** Results are published: a tool's error text must not carry this machine's paths and name along. */
function redacted(text: string, workspace: string): string {
  const places: readonly (readonly [string, string])[] = [
    [workspace, "<workspace>"],
    [REPOSITORY, "<repository>"],
    [tmpdir(), "<tmp>"],
    [homedir(), "<home>"],
    [hostname(), "<host>"],
  ];
  return places
    .filter(([secret]) => secret.length > 1)
    .reduce((result, [secret, name]) => result.replaceAll(secret, name), text)
    .replace(/\s+/g, " ");
}

async function main(): Promise<void> {
  const wanted = options();
  await using server = await startEmbeddedServer();
  const workspace = mkdtempSync(join(tmpdir(), "lockkeeper-bench-"));
  try {
    const report = await measure(server, workspace, wanted);
    mkdirSync(wanted.out, { recursive: true });
    writeFileSync(join(wanted.out, "runner.json"), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(join(wanted.out, "runner.md"), markdown(report));
    console.log(markdown(report));
    for (const unmeasured of report.results.filter((entry) => entry.state !== "measured")) {
      console.error(`!!! NOT MEASURED: ${unmeasured.name} (${unmeasured.state}): ${unmeasured.reason}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interruption.abort());
}
try {
  await main();
} catch (error) {
  if (!interruption.signal.aborted) {
    throw error;
  }
  console.error("interrupted: no results were written");
  process.exitCode = 130;
}

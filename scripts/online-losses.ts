/**
 * Proves that online changes lose nothing: random clients write while a change is made, taken back, made again and
 * ended, each committed write is kept in a model, and every row is compared with it at the end of each phase. Runners
 * are killed and aborted and servers restarted meanwhile. Prints a line for each run, with the seed that repeats it,
 * and in the end what all of them came to.
 *
 *   npm run online:losses -- [--runs 200] [--seed 1] [--major 15,18] [--kind "part of a name"] [--parallel 2]
 *                            [--fault none,kill,abort,fast,immediate] [--rows 800] [--writers 4] [--json]
 *                            [--pooled 8]
 *
 * --runs counts for each major; --pooled N sends one run in N through a pooler in transaction mode (0: none; 1: all),
 * whose server is left alone; --json prints the report as JSON, and the lines of the runs to the standard error.
 */
import { parseArgs } from "node:util";
import { type EmbeddedServer, startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { Dice } from "../test/support/losses/dice.ts";
import { type Kind, kindsOn } from "../test/support/losses/kind.ts";
import { KINDS } from "../test/support/losses/kinds/all.ts";
import { type LossReport, type LossRun, Tally } from "../test/support/losses/tally.ts";
import { FAULTS, type Fault, isRestart, trial } from "../test/support/losses/trial.ts";
import { type Pgbouncer, startPgbouncer } from "../test/support/pgbouncer.ts";
import { temporaryRoot } from "../test/support/temporary-root.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    major: { type: "string", default: "15,18" },
    kind: { type: "string", default: "" },
    parallel: { type: "string", default: "2" },
    fault: { type: "string", default: FAULTS.join(",") },
    rows: { type: "string", default: "800" },
    writers: { type: "string", default: "4" },
    pooled: { type: "string", default: "8" },
    json: { type: "boolean", default: false },
  },
});
process.env["TMPDIR"] = temporaryRoot();
const faults = faultsFrom(values.fault);
const pooledEvery = Number(values.pooled);
const tally = new Tally();
const say = (line: string): void => (values.json ? console.error(line) : console.log(line));

// Nothing may end the other runs, and nothing may go unseen.
process.on("unhandledRejection", (error) => trouble(error));

function faultsFrom(list: string): readonly [Fault, ...Fault[]] {
  const [first, ...others] = list.split(",").filter((name): name is Fault => FAULTS.includes(name as Fault));
  if (first === undefined) throw new Error(`--fault takes some of ${FAULTS.join(", ")}`);
  return [first, ...others];
}

type Planned = LossRun & { readonly change: Kind };

function plannedOn(major: number): Planned[] {
  const kinds = kindsOn(major, KINDS).filter(({ name }) => name.includes(values.kind));
  return Array.from({ length: Number(values.runs) }, (_, at): Planned => {
    const change = kinds[at % kinds.length];
    if (change === undefined) throw new Error(`no kind of change is called ${values.kind}`);
    const seed = Number(values.seed) + at;
    const dice = new Dice(seed).fork();
    const drawn = dice.pick(faults);
    const pooled = pooledEvery > 0 && dice.chance(1 / pooledEvery);
    // The server behind a pooler is left alone.
    return { seed, major, kind: change.name, fault: pooled && isRestart(drawn) ? "none" : drawn, pooled, change };
  });
}

/** Takes one run after the other; where one could not be ended, the next ones get another server. */
async function work(major: number, plan: Planned[]): Promise<void> {
  while (plan.length > 0) {
    await using server = await startEmbeddedServer({ major, settings: { max_connections: "100", fsync: "off" } });
    await using pooler = pooledEvery > 0 ? await startPgbouncer(server.url(), { poolSize: 20 }) : undefined;
    let isSound = true;
    for (let run = plan.shift(); run !== undefined; run = isSound ? plan.shift() : undefined) {
      try {
        await runOne(run, server, pooler);
      } catch (error) {
        trouble(error, run);
        isSound = false;
      }
    }
  }
}

async function runOne(run: Planned, server: EmbeddedServer, pooler: Pgbouncer | undefined): Promise<void> {
  const { change, ...told } = run;
  const { seed, major, kind, fault, pooled } = told;
  const begun = performance.now();
  const result = await trial({
    serverUrl: server.url(),
    ...(pooled && pooler !== undefined ? { pooled: pooler.url } : { restart: (mode) => server.restart(mode) }),
    kind: change,
    seed,
    fault,
    rows: Number(values.rows),
    writers: Number(values.writers),
  });
  tally.add(told, result);
  const excused = [...result.excused].map(([code, times]) => `${times} × ${code}`).join(", ");
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  say(
    `seed ${seed} on ${major}${pooled ? ", pooled" : ""}: ${kind}: ${result.committed} commits, ${result.writes} writes, ` +
      `${result.faults} × ${fault}, excused: ${excused || "none"}, ${seconds} s`,
  );
  for (const line of result.failures) say(`  LOST ${line}`);
  if (result.failures.length > 0) {
    const same = `--seed ${seed} --major ${major} --kind "${kind}" --fault ${fault} --pooled ${pooled ? 1 : 0}`;
    say(`  again: npm run online:losses -- --runs 1 ${same}`);
  }
}

function trouble(error: unknown, run?: LossRun): void {
  const told = `${run === undefined ? "" : `seed ${run.seed} on ${run.major}: `}${error instanceof Error ? error.stack : error}`;
  tally.troubles.push(told);
  say(`the harness itself: ${told}`);
}

const counted = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, times]) => `${times} × ${name}`)
    .join(", ");

function summary({ committed, writes, rowsCompared, differences, ...report }: LossReport): string {
  return [
    `Runs by kind: ${counted(report.runsByKind)}.`,
    `Runs by major: ${counted(report.runsByMajor)}; ${report.pooled} of them through a pooler.`,
    `Faults: ${counted(report.faults) || "none"}.`,
    `${report.runs} runs: ${committed} transactions committed, ${writes} rows written, ${rowsCompared} rows compared: ` +
      `${differences} differences in ${report.failed.length} runs; ${report.troubles.length} runs that the harness could not end.`,
  ].join("\n");
}

for (const major of values.major.split(",").map(Number)) {
  const plan = plannedOn(major);
  await Promise.all(Array.from({ length: Number(values.parallel) }, () => work(major, plan)));
}
const report = tally.report();
console.log(values.json ? JSON.stringify(report, null, 2) : summary(report));
process.exitCode = report.failed.length + report.troubles.length === 0 ? 0 : 1;

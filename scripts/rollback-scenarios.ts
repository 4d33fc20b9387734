/**
 * Proves the ways back: for each kind of change and each scenario clients write, the change is made and taken back (or
 * ended) as the scenario says, and every row is compared with what was committed, the schema with the one of the beginning.
 *
 *   node scripts/rollback-scenarios.ts [--major 15,18] [--kind "part of a name"] [--scenario NAME,…] [--every 1] [--from 0]
 *     [--seed 1] [--rows 300] [--writers 3] [--json]
 *
 * --every N takes one of N kinds, another for each scenario; with --from 0 to --from N - 1 all have their turn. A run that
 * chance spared its fault is followed by others with further seeds. Prints a line for each run, with what repeats it.
 */
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { type Kind, kindsOn } from "../test/support/losses/kind.ts";
import { KINDS } from "../test/support/losses/kinds/all.ts";
import { type Course, type Fault, trial } from "../test/support/losses/trial.ts";
import { temporaryRoot } from "../test/support/temporary-root.ts";

interface Scenario {
  readonly name: string;
  readonly course: Course;
  readonly fault: Fault;
}

const SCENARIOS: readonly Scenario[] = [
  { name: "after-cutover", course: "usual", fault: "none" },
  { name: "before-cutover", course: "usual", fault: "abort" },
  { name: "interrupted", course: "usual", fault: "kill" },
  { name: "twice", course: "twice", fault: "none" },
  { name: "long-transactions", course: "long transactions", fault: "none" },
  { name: "contract-stopped", course: "contract stopped", fault: "none" },
];

const { values } = parseArgs({
  options: {
    major: { type: "string", default: "15,18" },
    kind: { type: "string", default: "" },
    scenario: { type: "string", default: SCENARIOS.map(({ name }) => name).join(",") },
    every: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    rows: { type: "string", default: "300" },
    writers: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
process.env["TMPDIR"] = temporaryRoot();
const every = Number(values.every);
const from = Number(values.from);
const report: { readonly run: string; readonly failures: readonly string[]; readonly rows: number }[] = [];
const say = (line: string): void => (values.json ? console.error(line) : console.log(line));

/** Of runs that were spared their fault. */
const MOST_TRIES = 4;

/** @returns false where its fault did not befall it, so that it proves less than it should */
async function prove(on: { serverUrl: string; major: number }, scenario: Scenario, kind: Kind, seed: number) {
  const { name, course, fault } = scenario;
  const run = `${name} on ${on.major}: ${kind.name}, seed ${seed}`;
  try {
    const size = { rows: Number(values.rows), writers: Number(values.writers) };
    const options = { serverUrl: on.serverUrl, kind, seed, fault, course, ...size };
    const { failures, rows, committed, faults } = await trial(options);
    report.push({ run, failures, rows });
    say(`${run}: ${committed} commits, ${rows} rows compared, ${faults} faults: ${failures.length} differences`);
    for (const line of failures) say(`  LOST ${line}`);
    return fault === "none" || faults > 0 || failures.length > 0;
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report.push({ run, failures: [told], rows: 0 });
    say(`${run}: ${told}`);
    return true;
  }
}

for (const major of values.major.split(",").map(Number)) {
  await using server = await startEmbeddedServer({ major, settings: { max_connections: "100", fsync: "off" } });
  const kinds = kindsOn(major, KINDS).filter(({ name }) => name.includes(values.kind));
  for (const [turn, scenario] of SCENARIOS.entries()) {
    if (!values.scenario.split(",").includes(scenario.name)) continue;
    for (const [at, kind] of kinds.entries()) {
      if ((at + from) % every !== turn % every) continue;
      const seed = Number(values.seed) + at;
      let isProven = false;
      for (let tries = 0; tries < MOST_TRIES && !isProven; tries++) {
        isProven = await prove({ serverUrl: server.url(), major }, scenario, kind, seed + 1_000 * tries);
      }
    }
  }
}
const failed = report.filter(({ failures }) => failures.length > 0);
const rows = report.reduce((sum, one) => sum + one.rows, 0);
console.log(
  values.json
    ? JSON.stringify({ runs: report.length, rows, failed }, null, 2)
    : `${report.length} runs, ${rows} rows compared: ${failed.length} runs with differences.`,
);
process.exitCode = report.length > 0 && failed.length === 0 ? 0 : 1;

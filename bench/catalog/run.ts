/**
 * Times reading the catalog of a large database, and planning a migration of one ALTER on it.
 *
 *   npm run bench:catalog                        1,000 tables, 10,000 columns, 5,000 indexes, 2,000 foreign keys
 *   npm run bench:catalog -- --tables 100 --out /tmp/trial   the same shape with another number of tables
 *
 * The server is an embedded PostgreSQL with its default settings, started and removed by the benchmark. Each round is a
 * connection of its own, so the server's caches of the catalog are cold. Results go to bench/results/catalog.md and
 * catalog.json, or to the folder named by --out. Leave the machine alone meanwhile. The exit code is 1 when the goal of
 * at most 12 queries and 1 second, and 0.2 seconds for a plan, is missed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { type ReadCatalogOptions, readCatalog } from "../../src/catalog/read-catalog.ts";
import { stableJson } from "../../src/catalog/stable-json.ts";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { describeMachine, type Machine } from "../runner/machine.ts";
import { median } from "../runner/report.ts";
import { createSample } from "./create-sample.ts";
import { type Planning, planAlters } from "./plan-alters.ts";
import type { SampleSize } from "./sample-schema.ts";

const GOAL = { queries: 12, seconds: 1, planSeconds: 0.2 };
const ROUNDS = 5;

interface Reading {
  readonly name: string;
  readonly queries: number;
  /** One number a round. */
  readonly seconds: readonly number[];
  readonly fingerprintSeconds: number;
  readonly jsonMegabytes: number;
}

const READINGS: readonly (readonly [name: string, options: ReadCatalogOptions])[] = [
  ["schema", {}],
  ["schema and facts", { facts: true }],
];

async function measure(url: string, name: string, options: ReadCatalogOptions): Promise<Reading> {
  const seconds: number[] = [];
  let queries = 0;
  let fingerprintSeconds = 0;
  let jsonMegabytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await using session = await connect(url);
    queries = 0;
    const started = performance.now();
    const catalog = await readCatalog(async (sql, params) => {
      queries += 1;
      return await session.query(sql, params);
    }, options);
    seconds.push((performance.now() - started) / 1000);
    const read = performance.now();
    catalogFingerprint(catalog);
    fingerprintSeconds = (performance.now() - read) / 1000;
    jsonMegabytes = stableJson(catalog).length / 1e6;
  }
  return { name, queries, seconds, fingerprintSeconds, jsonMegabytes };
}

function markdown(
  size: SampleSize,
  machine: Machine,
  readings: readonly Reading[],
  plannings: readonly Planning[],
): string {
  const counts = Object.values(size).map((count: number) => count.toLocaleString("en"));
  return [
    "# Reading a catalog",
    "",
    `${counts[0]} tables, ${counts[1]} columns, ${counts[2]} indexes, ${counts[3]} foreign keys; ${ROUNDS} rounds, each`,
    "on a connection of its own. The goal is 12 queries and 1 second.",
    "",
    "| read | queries | median s | min–max s | fingerprint s | JSON MB |",
    "| --- | --- | --- | --- | --- | --- |",
    ...readings.map(({ name, queries, seconds, fingerprintSeconds, jsonMegabytes }) =>
      [
        `| ${name} | ${queries} | ${median(seconds).toFixed(3)}`,
        `${Math.min(...seconds).toFixed(3)}–${Math.max(...seconds).toFixed(3)}`,
        `${fingerprintSeconds.toFixed(3)} | ${jsonMegabytes.toFixed(1)} |`,
      ].join(" | "),
    ),
    "",
    "## Planning one ALTER on it",
    "",
    "From the catalog that was read to the steps of the plan, statements parsed and undo made; each is measured anew. Nothing",
    "is brief enough to be left as it is. `first` is the first plan of the process, before the compiler has seen the code.",
    `The goal is ${GOAL.planSeconds} seconds.`,
    "",
    "| migration | steps | first s | median s | min–max s | CPU s, median |",
    "| --- | --- | --- | --- | --- | --- |",
    ...plannings.map(({ sql, steps, seconds, cpuSeconds }) =>
      [
        `| \`${sql}\` | ${steps} | ${(seconds[0] ?? 0).toFixed(3)} | ${median(seconds).toFixed(3)}`,
        `${Math.min(...seconds).toFixed(3)}–${Math.max(...seconds).toFixed(3)} | ${median(cpuSeconds).toFixed(3)} |`,
      ].join(" | "),
    ),
    "",
    `${machine.date}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}, PostgreSQL ${machine.postgres} with default`,
    `settings, load at the start ${machine.loadAtStart.toFixed(2)}${machine.loadAtStart > machine.cores / 2 ? ": **the machine was busy** with other work" : ""}.`,
    "",
  ].join("\n");
}

const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "1000" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const tables = Number(values.tables);
if (!Number.isInteger(tables) || tables < 1) {
  throw new Error(`--tables takes a whole number from 1, not ${values.tables}`);
}
const size: SampleSize = { tables, columns: 10 * tables, indexes: 5 * tables, foreignKeys: 2 * tables };

await using server = await startEmbeddedServer();
const machine = await describeMachine(server);
const url = await createSample(server, size);
const readings: Reading[] = [];
for (const [name, options] of READINGS) {
  readings.push(await measure(url, name, options));
}
await loadParser();
await using session = await connect(url);
const plannings = planAlters(await readCatalog(session.query, { facts: true }));
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, "catalog.json"), `${JSON.stringify({ size, machine, readings, plannings }, null, 2)}\n`);
writeFileSync(join(values.out, "catalog.md"), markdown(size, machine, readings, plannings));
console.log(markdown(size, machine, readings, plannings));
const isSlowPlan = plannings.some(({ seconds }) => median(seconds) > GOAL.planSeconds);
if (isSlowPlan || readings.some(({ queries, seconds }) => queries > GOAL.queries || median(seconds) > GOAL.seconds)) {
  console.error("!!! The goal is missed.");
  process.exitCode = 1;
}

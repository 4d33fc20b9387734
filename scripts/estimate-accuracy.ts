/**
 * Holds estimates against what plans take.
 *
 * node scripts/estimate-accuracy.ts [--seed 20260131] [--scale 1] [--load 4] [--only "part of a name"] [--major 18] [--steps]
 *   [--known 50000] [--cold]
 *
 * The tables are drawn anew: widths, order, nulls and indexes of their columns, sizes, and what they have been through, such
 * as rows that were deleted and vacuumed or not. So the model meets what its constants were not taken from; the seed, today
 * unless it is said, draws the same again. `--known` takes the tables and plans instead that it was made by, with so many rows.
 *
 * Each plan runs in a copy, then in a second one by what was measured in the first, and is traced in a third; with `--cold`
 * in the first alone, which is a third of the work. Log and disk are then told, and time by the model.
 *
 * `--load`: so many clients read and write beside. What other programs on the machine do counts too: times mean something
 * only where there are none, and the machine's own load is said. Under load, what the log and the disk take by the clients is
 * part of what is measured; those goals are of runs without.
 */
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect } from "../src/postgres/session.ts";
import { type AccuracyCase, knownCases, knownSchema } from "./estimate-accuracy/cases.ts";
import { freshCases } from "./estimate-accuracy/fresh-cases.ts";
import { freshTables } from "./estimate-accuracy/fresh-tables.ts";
import { beginLoad } from "./estimate-accuracy/load.ts";
import { goalsOf, HEAD, lineOf, stepsOf } from "./estimate-accuracy/report.ts";
import { type CaseResult, runCase } from "./estimate-accuracy/run-case.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: new Date().toISOString().slice(0, 10).replaceAll("-", "") },
    scale: { type: "string", default: "1" },
    load: { type: "string", default: "0" },
    only: { type: "string", default: "" },
    major: { type: "string", default: "18" },
    steps: { type: "boolean", default: false },
    known: { type: "string" },
    cold: { type: "boolean", default: false },
  },
});
const [seed, clients] = [Number(values.seed), Number(values.load)];
await using server = await startEmbeddedServer({
  major: Number(values.major),
  settings: { wal_level: "replica", max_wal_size: "8GB", checkpoint_timeout: "1h", autovacuum: "off" },
});
const all = await (values.known === undefined ? fresh() : known(Number(values.known)));
const cases = all.filter(({ name }) => name.includes(values.only));

async function fresh(): Promise<readonly AccuracyCase[]> {
  const tables = freshTables(seed, Number(values.scale));
  for (const { database, setup } of tables) await fill(database, setup);
  return freshCases(tables, seed);
}

async function known(rows: number): Promise<readonly AccuracyCase[]> {
  await fill("known", [knownSchema(rows), "VACUUM (ANALYZE, FREEZE)"]);
  return knownCases("known", rows);
}

async function fill(database: string, statements: readonly string[]): Promise<void> {
  await using admin = await connect(server.url());
  await admin.query(`CREATE DATABASE ${database}`);
  await using session = await connect(server.url(database));
  for (const sql of statements) await session.query(sql);
}

const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg()
    .map((one) => one.toFixed(1))
    .join(" ")}`;

const begun = performance.now();
console.log(`${new Date().toISOString()}, PostgreSQL ${values.major}, ${machine()}
${values.known === undefined ? `tables drawn by ${seed}, scale ${values.scale}` : "what the model was made by"}, ${clients === 0 ? "nobody beside" : `${clients} clients beside`}

${HEAD}`);
const load = clients > 0 ? beginLoad(server.url(), clients) : undefined;
const results: CaseResult[] = [];
const failed: string[] = [];
for (const one of cases) {
  try {
    const result = await runCase(one, server, values.cold);
    results.push(result);
    console.log(lineOf(result));
    for (const other of result.others) console.log(`    ${other.replace(/\s+/g, " ")}`);
    if (values.steps) console.log(stepsOf(result));
  } catch (error) {
    failed.push(one.name);
    console.log(`${one.name} (${one.on}) did not run: ${error instanceof Error ? error.message : String(error)}`);
  }
}
const done = await load?.end();
console.log(
  `\n${Math.round((performance.now() - begun) / 1_000)} s; ${machine()}${done === undefined ? "" : `; ${done} transactions beside`}\n`,
);
const goals = goalsOf(results).filter(
  ({ of }) => (of !== "bytes" || clients === 0) && (of !== "copies" || !values.cold),
);
for (const { what, is, isMet } of goals) console.log(`${isMet ? "met   " : "missed"}  ${what}: ${is}`);
if (failed.length > 0) console.log(`missed  every plan runs: ${failed.join(", ")} did not`);
process.exitCode = failed.length > 0 || goals.some(({ isMet }) => !isMet) ? 1 : 0;

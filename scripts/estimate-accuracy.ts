/**
 * Holds estimates against what plans take: on a machine that is idle otherwise, and under load.
 *
 * node scripts/estimate-accuracy.ts [--quick] [--rows 50000]… [--only "part of a name"] [--major 18] [--load 4] [--idle-only] [--steps]
 *
 * What other programs on the machine do counts too: times mean something only where there are none. Under load, what the
 * log and the disk take by the load itself is part of what is measured; those goals are of the idle runs.
 */
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect } from "../src/postgres/session.ts";
import { CASES, schemaOf } from "./estimate-accuracy/cases.ts";
import { beginLoad } from "./estimate-accuracy/load.ts";
import { goalsOf, stepsOf, tableOf } from "./estimate-accuracy/report.ts";
import { type CaseResult, runCase } from "./estimate-accuracy/run-case.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rows: { type: "string", multiple: true },
    only: { type: "string", default: "" },
    major: { type: "string", default: "18" },
    load: { type: "string", default: "4" },
    "idle-only": { type: "boolean", default: false },
    steps: { type: "boolean", default: false },
  },
});
const sizes = (values.rows ?? (values.quick ? ["30000"] : ["50000", "400000", "2000000"])).map(Number);
const cases = CASES.filter(({ name }) => name.includes(values.only));
await using server = await startEmbeddedServer({
  major: Number(values.major),
  settings: { wal_level: "replica", max_wal_size: "8GB", checkpoint_timeout: "1h", autovacuum: "off" },
});

async function runAll(): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const rows of sizes) {
    const template = `rows_${rows}`;
    for (const one of cases) {
      const result = await runCase(one, rows, server, template);
      results.push(result);
      if (values.steps) console.log(`${one.name}, ${rows} rows\n${stepsOf(result)}`);
    }
  }
  return results;
}

for (const rows of sizes) {
  await using admin = await connect(server.url());
  await admin.query(`CREATE DATABASE rows_${rows}`);
  await using session = await connect(server.url(`rows_${rows}`));
  await session.query(schemaOf(rows));
  await session.query("VACUUM (ANALYZE, FREEZE)");
}
let isMissed = false;
for (const isLoaded of values["idle-only"] ? [false] : [false, true]) {
  const load = isLoaded ? beginLoad(server.url(), Number(values.load)) : undefined;
  const results = await runAll();
  const done = await load?.end();
  console.log(`\n${isLoaded ? `Under load (${done} transactions beside)` : "Without load"}\n\n${tableOf(results)}\n`);
  const goals = goalsOf(results).filter(({ what }) => !isLoaded || /time|locks/.test(what));
  for (const { what, is, isMet } of goals) console.log(`${isMet ? "met   " : "missed"}  ${what}: ${is}`);
  isMissed ||= goals.some(({ isMet }) => !isMet);
}
process.exitCode = isMissed ? 1 : 0;

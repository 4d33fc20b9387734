/**
 * Fills a column of a large table side by side: one UPDATE, Lockkeeper's sweep, and batches as others make them.
 *
 *   npm run bench:backfill                          1,000,000 rows, with 0, 1, 2 and 5 indexes besides the key
 *   npm run bench:backfill -- --rows 300000 --indexes 0,5 --rounds 1 --out /tmp/trial
 *
 * The server is an embedded PostgreSQL, started and removed by the benchmark; autovacuum is off and checkpoints are far
 * apart, so that every contender pays for its own work and for nothing else. Rounds are interleaved. Each contender's
 * table is made anew, and counts only when afterwards no row is left. CPU is that of all the server's processes. Results
 * go to bench/results/backfill.md and backfill.json, or to the folder named by --out. Leave the machine alone meanwhile.
 * The exit code is 1 when a goal is missed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { describeMachine } from "../runner/machine.ts";
import { CONTENDERS } from "./contenders.ts";
import { measure } from "./measure.ts";
import { markdown, missedGoals, type Result } from "./report.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    indexes: { type: "string", default: "0,1,2,5" },
    rounds: { type: "string", default: "3" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const indexes = values.indexes.split(",").map(Number);

await using server = await startEmbeddedServer({
  settings: { autovacuum: "off", max_wal_size: "16GB", checkpoint_timeout: "1h", shared_buffers: "1GB" },
});
const machine = await describeMachine(server);
const results: Result[] = indexes.flatMap((count) =>
  CONTENDERS.map(({ name, method }) => ({ name, method, indexes: count, measurements: [] })),
);
for (let round = 0; round < rounds; round++) {
  for (const result of results) {
    const contender = CONTENDERS.find(({ name }) => name === result.name);
    if (contender === undefined) continue;
    result.measurements.push(await measure(server, contender, rows, result.indexes));
    console.error(`round ${round + 1}: ${result.name}, ${result.indexes} indexes`);
  }
}
const report = { rows, rounds, machine, results };
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, "backfill.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(values.out, "backfill.md"), markdown(report));
console.log(markdown(report));
const missed = missedGoals(report);
if (missed.length > 0) {
  console.error(`!!! Missed: ${missed.join("; ")}`);
  process.exitCode = 1;
}

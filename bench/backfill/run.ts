/**
 * Fills a column of large tables side by side: one UPDATE, Lockkeeper's sweep, and batches as others make them.
 *
 *   npm run bench:backfill -- --quick       within 25 minutes: one round, the largest tables for the goals alone
 *   npm run bench:backfill                  1 M and 10 M rows, with 0, 1, 2 and 5 indexes besides the key: half a day
 *   npm run bench:backfill -- --rows 100000 --indexes 0,5 --rounds 1 --only Lockkeeper --out /tmp/trial
 *
 * The server is an embedded PostgreSQL (18, or that of --major), started and removed by the benchmark; autovacuum is off and checkpoints are far
 * apart, so that every contender pays for its own work and for nothing else. It takes about 30 GB of disk for the time
 * being. Results go to bench/results/backfill.md and backfill.json, or to the folder named by --out. Leave the machine
 * alone meanwhile. With --minutes (25 with --quick) what would last beyond is left out and named, judged by what the same
 * took on a smaller table. The exit code is 1 when a goal is missed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { describeMachine } from "../runner/machine.ts";
import { type Cell, fullCells, quickCells } from "./cells.ts";
import { CONTENDERS, type Contender } from "./contenders.ts";
import { goals } from "./goals.ts";
import { withCopy, withItems } from "./items.ts";
import { type Measurement, measure } from "./measure.ts";
import { markdown } from "./report.ts";
import { figure, type Result } from "./results.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rows: { type: "string", default: "1000000,10000000" },
    indexes: { type: "string", default: "0,1,2,5" },
    rounds: { type: "string", default: "3" },
    minutes: { type: "string" },
    only: { type: "string" },
    major: { type: "string" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const sizes = values.rows.split(",").map(Number);
const indexes = values.indexes.split(",").map(Number);
const cells = values.quick ? quickCells(sizes, indexes) : fullCells(sizes, indexes, Number(values.rounds));
const minutes = Number(values.minutes ?? (values.quick ? 25 : Number.POSITIVE_INFINITY));
const chosen = CONTENDERS.filter(
  ({ name, program }) => (values.only === undefined || name.includes(values.only)) && program?.state !== "missing",
);
const leftOut = CONTENDERS.filter((one) => !chosen.includes(one)).map(({ name, program }) =>
  program?.state === "missing" ? `${name} (${program.reason})` : name,
);

await using server = await startEmbeddedServer({
  ...(values.major === undefined ? {} : { major: Number(values.major) }),
  settings: { autovacuum: "off", max_wal_size: "16GB", checkpoint_timeout: "1h", shared_buffers: "1GB" },
});
const machine = await describeMachine(server);
const results: Result[] = [];
for (const cell of cells) {
  const taking = chosen.filter((one) => cell.takes(one));
  if (taking.length > 0) results.push(...(await measureCell(cell, taking)));
}
const isTrial = Math.max(...sizes) < 10_000_000;
const report = { isQuick: values.quick, isTrial, machine, results, leftOut };
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, "backfill.json"), `${JSON.stringify({ ...report, goals: goals(results) }, null, 2)}\n`);
writeFileSync(join(values.out, "backfill.md"), markdown(report));
console.log(markdown(report));
const missed = goals(results).filter(({ isMet }) => !isMet);
if (missed.length > 0) {
  console.error(`!!! Missed: ${missed.map(({ text, wanted, found }) => `${text} ${found} (${wanted})`).join("; ")}`);
  process.exitCode = 1;
}

async function measureCell({ rows, indexes: count, rounds }: Cell, taking: readonly Contender[]): Promise<Result[]> {
  return await withItems(server, rows, count, async (template) => {
    const taken = new Map<string, Measurement[]>(taking.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const contender of taking) {
        if (!isInTime(rows, count, contender)) continue;
        const found = await withCopy(server, template, (url) => measure(url, contender, rows));
        taken.get(contender.name)?.push(found);
        console.error(
          `${elapsed().toFixed(1)} min: ${rows} rows, ${count} indexes: ${contender.name} ${found.wallSeconds.toFixed(1)} s`,
        );
      }
    }
    return [...taken]
      .filter(([, measurements]) => measurements.length > 0)
      .map(([name, measurements]) => ({ name, rows, indexes: count, measurements }));
  });
}

function elapsed(): number {
  return performance.now() / 60_000;
}

/** Judged by the largest table on which the same contender was measured with as many indexes. */
function isInTime(rows: number, count: number, { name }: Contender): boolean {
  const before = results.findLast((one) => one.name === name && one.indexes === count);
  const expected = before === undefined ? 0 : (figure(before, "wallSeconds") * rows) / before.rows / 60;
  if (elapsed() + expected <= minutes) return true;
  const left = `${name} on ${rows} rows with ${count} indexes, for want of time`;
  if (!leftOut.includes(left)) leftOut.push(left);
  return false;
}

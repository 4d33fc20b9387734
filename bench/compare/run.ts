/**
 * Times ways to find the 10 rows in which two tables of 10,000,000 rows differ.
 *
 *   bench/peers/install.sh             once: installs the peers below bench/peers
 *   npm run build                      builds dist/, which is what is measured of Lockkeeper
 *   npm run bench:compare              three rounds; leave the machine alone meanwhile
 *   npm run bench:compare -- --rows 100000 --rounds 1 --only Lockkeeper --out /tmp/trial
 *
 * What the goal of 1.5 is a multiple of, "one checksum scan a side", is the least that tells anything of all rows of two
 * tables: the server's own hash of each row, added up, by one plain aggregate a side without groups. Both sides run at the
 * same time, in sessions with the server's defaults, and so as parallel scans where the tables are large enough; they are
 * timed from the first connection to the last answer, while of Lockkeeper and reladiff the whole process is.
 *
 * The server is an embedded PostgreSQL, started and removed by the benchmark; the tables take about 1.3 GB each. Whoever takes
 * longer than --patience seconds is ended and named. Results go to bench/results/compare.md and compare.json, or to the folder
 * named by --out. The exit code is 1 when a contender could not be measured, or Lockkeeper did not find exactly these rows.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { timedTool } from "../diff/timed-tool.ts";
import { onDatabase, settle } from "../runner/fresh-database.ts";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { describeMachine } from "../runner/machine.ts";
import { median } from "../runner/report.ts";
import { CONTENDERS, type Contender } from "./contenders.ts";
import { markdown, type Standing } from "./report.ts";
import { DIFFERENT, fill } from "./sample.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000000" },
    rounds: { type: "string", default: "3" },
    patience: { type: "string", default: "900" },
    only: { type: "string" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const rows = Number(values.rows);
const rounds = Number(values.rounds);
const chosen = values.only?.toLowerCase().split(",");

await using server = await startEmbeddedServer({ settings: { autovacuum: "off" } });
const url = server.url();
const workspace = mkdtempSync(join(tmpdir(), "lockkeeper-bench-compare-"));
try {
  const machine = await describeMachine(server);
  await onDatabase(url, (client) => fill(client, rows));
  await settle(server);
  const standings: Standing[] = CONTENDERS.filter(
    ({ name }) => chosen === undefined || chosen.includes(name.toLowerCase()),
  ).map(({ name, note, installation }) => {
    const found = installation();
    return {
      name,
      note,
      seconds: [],
      ...(found.state === "missing" ? { failure: found.reason } : { version: found.version }),
    };
  });
  // One round more than counts: the first fills the caches.
  for (let round = 0; round <= rounds; round++) {
    for (const standing of standings) {
      const contender = CONTENDERS.find(({ name }) => name === standing.name);
      if (contender === undefined || standing.failure !== undefined) continue;
      try {
        const { seconds, found } = await timed(contender);
        standing.found = found;
        if (found !== undefined && found !== DIFFERENT) throw new Error(`found ${found} of ${DIFFERENT} rows`);
        if (round > 0) standing.seconds.push(seconds);
      } catch (error) {
        standing.failure = redacted(error instanceof Error ? error.message : String(error));
      }
    }
  }
  const report = { rows, different: DIFFERENT, rounds, machine, standings };
  mkdirSync(values.out, { recursive: true });
  const medians = standings.map((standing) => ({ ...standing, median: median(standing.seconds) }));
  writeFileSync(join(values.out, "compare.json"), `${JSON.stringify({ ...report, standings: medians }, null, 2)}\n`);
  writeFileSync(join(values.out, "compare.md"), markdown(report));
  console.log(markdown(report));
  const own = standings.find(({ name }) => name === "Lockkeeper");
  const isWrong = own !== undefined && own.found !== DIFFERENT;
  if (isWrong) console.error(`!!! Lockkeeper found ${own.found ?? "nothing"} of ${DIFFERENT} rows.`);
  process.exitCode = isWrong || standings.some(({ failure }) => failure !== undefined) ? 1 : 0;
} finally {
  rmSync(workspace, { recursive: true, force: true });
}

async function timed({ work }: Contender): Promise<{ readonly seconds: number; readonly found: number | undefined }> {
  if ("command" in work) {
    const { seconds, output } = await timedTool(work.command(url), workspace, 1000 * Number(values.patience));
    return { seconds, found: work.found(output) };
  }
  const begun = performance.now();
  const found = await work.sql(url);
  return { seconds: (performance.now() - begun) / 1000, found };
}

/** Results are published: what tools say must not carry this machine's paths along. */
function redacted(text: string): string {
  return text.replaceAll(workspace, "<workspace>").replaceAll(REPOSITORY, "<repository>");
}

/**
 * Times tools that compare PostgreSQL schemas against each other on a database of 1,000 tables: nothing to change, and
 * 100 changes; told by another database, and by a schema file.
 *
 *   bench/peers/install.sh             once: installs the peers below bench/peers (npm, Go and Python)
 *   npm run build                      builds dist/, which is what is measured of Lockkeeper
 *   npm run bench:diff                 up to 5 rounds, at most 8 minutes; leave the machine alone meanwhile
 *   npm run bench:diff -- --quick      one round
 *   npm run bench:diff -- --tables 200 --rounds 1 --only Lockkeeper --out /tmp/trial
 *
 * A schema file is loaded into some ten thousand of the server's files: with TMPDIR on a tmpfs the disk is not what is timed.
 * psql must be on PATH. The server is an embedded PostgreSQL, started and removed by the benchmark. A first pass of each
 * contender counts and judges; then come the rounds of those that took less than 8 s, for three quarters of --minutes; last
 * come those known to be slow, with one pass. Who takes longer than --patience seconds is ended and named, and who was not
 * started in --minutes is named too: --minutes 20 --patience 300 gives all of them time. Results go to
 * bench/results/diff.md and diff.json, or to the folder named by --out. The exit code is 1 when a contender could not be
 * measured, or Lockkeeper's SQL does not lead to the target.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { describeMachine } from "../runner/machine.ts";
import { CONTENDERS } from "./contenders.ts";
import { differingKinds } from "./facts.ts";
import { type Entrant, measure } from "./measurement.ts";
import { failures, markdown, PHASES, type Report } from "./report.ts";
import { changeKinds } from "./sample-changes.ts";
import { createSampleDatabases } from "./sample-databases.ts";
import { sizeOf } from "./sample-model.ts";

const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
    minutes: { type: "string", default: "7.5" },
    patience: { type: "string", default: "60" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const rounds = values.quick ? 1 : Number(values.rounds);
const size = sizeOf(Number(values.tables));
const chosen = values.only?.toLowerCase().split(",");
const contenders = CONTENDERS.filter(({ name }) => chosen === undefined || chosen.includes(name.toLowerCase()));

await using server = await startEmbeddedServer({ settings: { autovacuum: "off", max_locks_per_transaction: "256" } });
const workspace = mkdtempSync(join(tmpdir(), "lockkeeper-bench-diff-"));
try {
  const machine = await describeMachine(server);
  const databases = await createSampleDatabases(server, size, workspace);
  const entrants = contenders.map((contender, place): Entrant => {
    const folder = join(workspace, `contender-${place}`);
    mkdirSync(folder);
    return { contender, folder };
  });
  const standings = await measure(server, databases, entrants, {
    rounds,
    patienceMs: 1000 * Number(values.patience),
    deadlineMs: 60_000 * Number(values.minutes),
  });
  const report: Report = {
    size,
    rounds,
    machine,
    changed: Object.fromEntries(differingKinds(databases.before.facts, databases.after.facts)),
    changeKinds: changeKinds(),
    standings: standings.map((standing) => redacted(standing)),
  };
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, "diff.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(values.out, "diff.md"), markdown(report));
  console.log(markdown(report));
  const own = standings.filter(({ contender }) => contender.name === "Lockkeeper");
  const isWrong = own.some(({ figures }) =>
    PHASES.some((phase) => {
      const verdict = figures[phase].first?.verdict;
      return verdict?.refused !== undefined || Object.keys(verdict?.missed ?? {}).length > 0;
    }),
  );
  if (isWrong) console.error("!!! Lockkeeper's SQL does not lead to the target.");
  process.exitCode = isWrong || failures(standings).length > 0 ? 1 : 0;
} finally {
  rmSync(workspace, { recursive: true, force: true });
}

/** Results are published: what tools say must not carry this machine's paths along. */
function redacted<T>(value: T): T {
  const text = JSON.stringify(value).replaceAll(workspace, "<workspace>").replaceAll(REPOSITORY, "<repository>");
  return JSON.parse(text.replaceAll(String(server.port), "<port>")) as T;
}

/**
 * Times linters of PostgreSQL migrations against each other on the same files.
 *
 *   bench/peers/install.sh         once: installs the peers below bench/peers
 *   npm run build                  builds dist/, which is what is measured of Lockkeeper
 *   npm run bench:lint             1,000 files of 13 statements, 7 rounds; leave the machine alone meanwhile
 *   npm run bench:lint -- --files 100 --rounds 1 --out /tmp/trial
 *
 * Results go to bench/results/lint.md and lint.json, or to the folder named by --out. The exit code is 1 when a linter
 * could not be measured.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { LINTERS, type Linter } from "./contenders.ts";
import { markdown, PHASES, type Phase, type Report, type Standing, thisMachine } from "./report.ts";
import { sampleFiles, textOf } from "./sample-files.ts";
import { timedLint } from "./timed-lint.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "1000" },
    rounds: { type: "string", default: "7" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const rounds = Number(values.rounds);
const files = sampleFiles(Number(values.files));
const names = files.map(({ name }) => name);
const statements = files.reduce((sum, file) => sum + file.statements.length, 0);

const workspace = mkdtempSync(join(tmpdir(), "lockkeeper-bench-lint-"));
try {
  const folder = join(workspace, "migrations");
  mkdirSync(folder);
  for (const file of files) {
    writeFileSync(join(folder, file.name), textOf(file));
  }
  const machine = thisMachine();
  const entrants = LINTERS.map((linter) => ({ linter, standing: standingOf(linter) }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { linter, standing } of [...entrants.slice(round % 3), ...entrants.slice(0, round % 3)]) {
      await timeRound(linter, standing, folder);
    }
  }
  const report: Report = {
    files: files.length,
    statements,
    rounds,
    machine,
    standings: entrants.map(({ standing }) => standing),
  };
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, "lint.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(values.out, "lint.md"), markdown(report));
  console.log(markdown(report));
  process.exitCode = report.standings.some(({ failure }) => failure !== undefined) ? 1 : 0;
} finally {
  rmSync(workspace, { recursive: true, force: true });
}

function standingOf(linter: Linter): Standing {
  const installation = linter.installation();
  const standing = {
    name: linter.name,
    seconds: { first: [], cold: [], warm: [] },
    cpuSeconds: { first: [], cold: [], warm: [] },
    findings: 0,
  };
  return installation.state === "installed"
    ? { ...standing, version: installation.version }
    : { ...standing, version: "?", failure: installation.reason };
}

/** Three starts: without any cache, without what was found, with all of it. */
async function timeRound(linter: Linter, standing: Standing, folder: string): Promise<void> {
  if (standing.failure !== undefined) {
    return;
  }
  const home = mkdtempSync(join(workspace, "home-"));
  try {
    const found = new Set<number>();
    for (const phase of PHASES) {
      prepare(phase, home);
      const { seconds, cpuSeconds, output } = await timedLint(linter.command(names), folder, home);
      found.add(linter.findings(JSON.parse(output), statements));
      standing.seconds[phase].push(seconds);
      standing.cpuSeconds[phase].push(cpuSeconds);
      console.error(
        `${linter.name.padEnd(12)} ${phase.padEnd(6)} ${seconds.toFixed(3)} s, ${cpuSeconds.toFixed(2)} s of CPU`,
      );
    }
    if (found.size !== 1) {
      throw new Error(`it found different things with and without caches: ${[...found].join(", ")}`);
    }
    standing.findings = [...found][0] ?? 0;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    standing.failure = reason.replaceAll(workspace, "<workspace>").replaceAll(REPOSITORY, "<repository>");
  }
}

function prepare(phase: Phase, home: string): void {
  if (phase === "cold") {
    rmSync(join(home, ".cache"), { recursive: true, force: true });
  }
}

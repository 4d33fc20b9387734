/**
 * Kills the runner at every message it sends and at random moments, continues each run and compares the end with an
 * undisturbed run, object by object and row by row. With --sweeps the migrations change rows in batches. With --back
 * what is left is taken back instead, and compared with the beginning. With --every N only every N-th of these trials.
 *
 * node scripts/crash-trials.ts [--back | --sweeps] [--every 1] [--random 100] [--major 18]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { BACK_PROJECT, CRASH_PROJECT, SWEEP_PROJECT } from "../test/support/crash/project-files.ts";
import { CrashBench, differences, type Kill, type Outcome } from "../test/support/crash/trial.ts";

const { values } = parseArgs({
  options: {
    back: { type: "boolean", default: false },
    sweeps: { type: "boolean", default: false },
    every: { type: "string", default: "1" },
    random: { type: "string", default: "100" },
    major: { type: "string" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "lockkeeper-crash-"));
const project = values.back ? BACK_PROJECT : values.sweeps ? SWEEP_PROJECT : CRASH_PROJECT;
for (const [name, text] of Object.entries(project)) {
  writeFileSync(join(folder, name), text);
}
await using server = await startEmbeddedServer({
  ...(values.major === undefined ? {} : { major: Number(values.major) }),
  settings: { fsync: "off", max_connections: "100" },
});
await using bench = await CrashBench.open(server.url(), folder);
const begun = performance.now();
const { outcome: end, messages } = await bench.undisturbed();
const expected = values.back ? await bench.beginning() : end;
const duration = performance.now() - begun;
console.log(`PostgreSQL ${server.major}; an undisturbed run sends ${messages} messages.`);

const kills: Kill[] = [];
for (let at = 1; at <= messages; at++) {
  kills.push({ mode: "before", at }, { mode: "sent", at });
}
for (let trial = 0; trial < Number(values.random); trial++) {
  kills.push({ mode: "after-ms", at: Math.round(100 + Math.random() * duration) });
}
let failures = 0;
let killed = 0;
let resumed = 0;
const chosen = kills.filter((_, index) => index % Number(values.every) === 0);
for (const [index, kill] of chosen.entries()) {
  try {
    const { outcome, killed: wasKilled, went } = values.back ? await takeBack(kill) : await goOn(kill);
    killed += wasKilled ? 1 : 0;
    resumed += went.length > 0 ? 1 : 0;
    const lines = differences(outcome, expected);
    if (lines.length > 0) {
      failures++;
      console.log(`${kill.mode} ${kill.at}: another end\n  ${lines.slice(0, 10).join("\n  ")}`);
    }
  } catch (error) {
    failures++;
    console.log(`${kill.mode} ${kill.at}: ${error instanceof Error ? error.message : error}`);
  }
  if ((index + 1) % 50 === 0) {
    console.log(`${index + 1} of ${chosen.length} trials, ${failures} failures`);
  }
}
rmSync(folder, { recursive: true });
const how = values.back ? "taken back" : "continued";
console.log(`${chosen.length} trials: ${killed} killed, ${resumed} ${how} from the journal, ${failures} failures.`);
process.exitCode = failures === 0 && killed > 0 ? 0 : 1;

interface Went {
  readonly outcome: Outcome;
  readonly killed: boolean;
  readonly went: readonly string[];
}

async function goOn(kill: Kill): Promise<Went> {
  const { resumed: went, ...trial } = await bench.trial(kill);
  return { ...trial, went };
}

async function takeBack(kill: Kill): Promise<Went> {
  const { undone: went, ...trial } = await bench.backTrial(kill);
  return { ...trial, went };
}

/**
 * Kills the runner at every message it sends and at random moments, continues each run and compares the end with an
 * undisturbed run, object by object and row by row.
 *
 * node scripts/crash-trials.ts [--random 100] [--major 18]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { CRASH_PROJECT } from "../test/support/crash/project-files.ts";
import { CrashBench, differences, type Kill } from "../test/support/crash/trial.ts";

const { values } = parseArgs({ options: { random: { type: "string", default: "100" }, major: { type: "string" } } });
const folder = mkdtempSync(join(tmpdir(), "lockkeeper-crash-"));
for (const [name, text] of Object.entries(CRASH_PROJECT)) {
  writeFileSync(join(folder, name), text);
}
await using server = await startEmbeddedServer({
  ...(values.major === undefined ? {} : { major: Number(values.major) }),
  settings: { fsync: "off", max_connections: "100" },
});
await using bench = await CrashBench.open(server.url(), folder);
const begun = performance.now();
const { outcome: expected, messages } = await bench.undisturbed();
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
for (const [index, kill] of kills.entries()) {
  try {
    const end = await bench.trial(kill);
    killed += end.killed ? 1 : 0;
    resumed += end.resumed.length > 0 ? 1 : 0;
    const lines = differences(end.outcome, expected);
    if (lines.length > 0) {
      failures++;
      console.log(`${kill.mode} ${kill.at}: another end\n  ${lines.slice(0, 10).join("\n  ")}`);
    }
  } catch (error) {
    failures++;
    console.log(`${kill.mode} ${kill.at}: ${error instanceof Error ? error.message : error}`);
  }
  if ((index + 1) % 50 === 0) {
    console.log(`${index + 1} of ${kills.length} trials, ${failures} failures`);
  }
}
rmSync(folder, { recursive: true });
console.log(`${kills.length} trials: ${killed} killed, ${resumed} continued from the journal, ${failures} failures.`);
process.exitCode = failures === 0 && killed > 0 ? 0 : 1;

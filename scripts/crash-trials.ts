/**
 * Kills the runner at every message it sends and at random moments, continues each run and compares the end with an
 * undisturbed run, object by object and row by row.
 *
 * node scripts/crash-trials.ts [--random 100] [--major 18]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { CRASH_PROJECT } from "../test/support/crash/project-files.ts";
import { CrashBench, type Kill } from "../test/support/crash/trial.ts";

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
    if (!isDeepStrictEqual(end.outcome, expected)) {
      failures++;
      console.log(`${kill.mode} ${kill.at}: another end`, JSON.stringify(difference(end.outcome, expected)));
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

function difference(found: object, wanted: object): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(wanted) as (keyof typeof wanted)[]) {
    if (!isDeepStrictEqual(found[key], wanted[key])) {
      out[key] = { found: found[key], wanted: wanted[key] };
    }
  }
  return out;
}

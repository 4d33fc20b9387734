/**
 * Kills the runner at every message it sends and at random moments, continues each run and compares the end with an
 * undisturbed run, object by object and row by row; then restarts the server under other runs at random moments, fast
 * and immediate in turn. With --sweeps the migrations change rows in batches: at every message that is no batch, and at
 * random moments. With --back what is left is taken back instead, and compared with the beginning. With --every N only
 * every N-th of the messages.
 *
 * node scripts/crash-trials.ts [--back | --sweeps] [--every 1] [--random 100] [--restarts 40] [--major 18] [--parallel 2]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { BACK_PROJECT, CRASH_PROJECT, SWEEP_PROJECT } from "../test/support/crash/project-files.ts";
import { CrashBench, differences, type Kill, type Outcome, type Restart } from "../test/support/crash/trial.ts";
import { temporaryRoot } from "../test/support/temporary-root.ts";

const { values } = parseArgs({
  options: {
    back: { type: "boolean", default: false },
    sweeps: { type: "boolean", default: false },
    every: { type: "string", default: "1" },
    random: { type: "string", default: "100" },
    restarts: { type: "string", default: "40" },
    parallel: { type: "string", default: "2" },
    major: { type: "string" },
  },
});
process.env["TMPDIR"] = temporaryRoot();
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
const { outcome: end, messages, journal } = await bench.undisturbed();
const expected = values.back ? await bench.beginning() : end;
const duration = performance.now() - begun;
console.log(
  `PostgreSQL ${server.major}; an undisturbed run sends ${messages} messages, ${journal} of them no batches.`,
);

let failures = 0;
let killed = 0;
let resumed = 0;
let done = 0;

const kills: Trial[] = [];
for (let at = 1; at <= (values.sweeps ? journal : messages); at += Number(values.every)) {
  kills.push(
    killing({ mode: values.sweeps ? "before-journal" : "before", at }),
    killing({ mode: values.sweeps ? "sent-journal" : "sent", at }),
  );
}
const moment = (): number => Math.round(100 + Math.random() * duration);
for (let trial = 0; trial < Number(values.random); trial++) {
  kills.push(killing({ mode: "after-ms", at: moment() }));
}
// What is taken back is of runs that did not end, and a run outlives its server.
const restarts = Array.from({ length: values.back ? 0 : Number(values.restarts) }, (_, nth) =>
  restarting({ mode: nth % 2 === 0 ? "fast" : "immediate", at: moment() }),
);
const all = kills.length + restarts.length;
await Promise.all(Array.from({ length: Number(values.parallel) }, () => work(kills)));
// Each has the server to itself.
await work(restarts);
rmSync(folder, { recursive: true });
const how = values.back ? "taken back" : "continued";
console.log(
  `${done} trials: ${killed} killed, ${values.back ? 0 : values.restarts} with a server that restarted, ` +
    `${resumed} ${how} from the journal, ${failures} failures.`,
);
process.exitCode = failures === 0 && killed > 0 ? 0 : 1;

interface Went {
  readonly outcome: Outcome;
  readonly killed: boolean;
  readonly went: readonly string[];
}

interface Trial {
  readonly name: string;
  readonly run: () => Promise<Went>;
}

function killing(kill: Kill): Trial {
  return { name: `${kill.mode} ${kill.at}`, run: () => (values.back ? takeBack(kill) : goOn(kill)) };
}

function restarting(restart: Restart): Trial {
  return {
    name: `${restart.mode} restart after ${restart.at} ms`,
    async run() {
      const { resumed: went, ...end } = await bench.restartTrial(restart, (mode) => server.restart(mode));
      return { ...end, went };
    },
  };
}

async function work(trials: Trial[]): Promise<void> {
  for (let trial = trials.shift(); trial !== undefined; trial = trials.shift()) {
    try {
      const { outcome, killed: wasKilled, went } = await trial.run();
      killed += wasKilled ? 1 : 0;
      resumed += went.length > 0 ? 1 : 0;
      const lines = differences(outcome, expected);
      if (lines.length > 0) {
        failures++;
        console.log(`${trial.name}: another end\n  ${lines.slice(0, 10).join("\n  ")}`);
      }
    } catch (error) {
      failures++;
      console.log(`${trial.name}: ${error instanceof Error ? error.stack : error}`);
    }
    done++;
    if (done % 20 === 0) console.log(`${done} of ${all} trials, ${failures} failures`);
  }
}

async function goOn(kill: Kill): Promise<Went> {
  const { resumed: went, ...trial } = await bench.trial(kill);
  return { ...trial, went };
}

async function takeBack(kill: Kill): Promise<Went> {
  const { undone: went, ...trial } = await bench.backTrial(kill);
  return { ...trial, went };
}

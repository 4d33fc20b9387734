/**
 * Proves that online changes lose nothing: random clients write while a change is made, taken back, made again and
 * ended, each committed write is kept in a model, and every row is compared with it at the end of each phase. Runners
 * are killed and aborted and servers restarted meanwhile. Prints a line for each run, with the seed that repeats it.
 *
 *   npm run online:losses -- [--runs 200] [--seed 1] [--major 15,18] [--kind "part of a name"]
 *                            [--fault none,kill,abort,fast,immediate] [--rows 4000] [--writers 4] [--pooled]
 */
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { Dice } from "../test/support/losses/dice.ts";
import { kindsOn } from "../test/support/losses/kind.ts";
import { KINDS } from "../test/support/losses/kinds/all.ts";
import { FAULTS, type Fault, trial } from "../test/support/losses/trial.ts";
import { startPgbouncer } from "../test/support/pgbouncer.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    major: { type: "string", default: "15,18" },
    kind: { type: "string", default: "" },
    fault: { type: "string", default: FAULTS.join(",") },
    rows: { type: "string", default: "4000" },
    writers: { type: "string", default: "4" },
    pooled: { type: "boolean", default: false },
  },
});
const faults = values.fault.split(",").filter((name): name is Fault => FAULTS.includes(name as Fault));
const [first, ...others] = faults;
if (first === undefined) throw new Error(`--fault takes some of ${FAULTS.join(", ")}`);
const majors = values.major.split(",").map(Number);
let failed = 0;
let writes = 0;
let befell = 0;

for (const [nth, major] of majors.entries()) {
  await using server = await startEmbeddedServer({ major, settings: { max_connections: "100" } });
  await using pooler = values.pooled ? await startPgbouncer(server.url(), { poolSize: 20 }) : undefined;
  const kinds = kindsOn(major, KINDS).filter(({ name }) => name.includes(values.kind));
  for (let run = nth; run < Number(values.runs); run += majors.length) {
    const seed = Number(values.seed) + run;
    const kind = kinds[Math.floor(run / majors.length) % kinds.length];
    if (kind === undefined) throw new Error(`no kind of change is called ${values.kind}`);
    const fault = new Dice(seed).fork().pick([first, ...others]);
    const begun = performance.now();
    const result = await trial({
      serverUrl: server.url(),
      ...(pooler === undefined ? { restart: (mode) => server.restart(mode) } : { pooled: pooler.url }),
      kind,
      seed,
      fault,
      rows: Number(values.rows),
      writers: Number(values.writers),
    });
    writes += result.writes;
    befell += result.faults;
    const excused = [...result.excused].map(([code, times]) => `${times} × ${code}`).join(", ");
    const told = `${result.writes} writes, ${result.faults} × ${fault}, excused: ${excused || "none"}`;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`seed ${seed} on ${major}: ${kind.name}: ${told}, ${seconds} s`);
    if (result.failures.length > 0) {
      failed++;
      console.log(result.failures.map((line) => `  LOST ${line}`).join("\n"));
      console.log(
        `  again: npm run online:losses -- --runs 1 --seed ${seed} --major ${major} --kind "${kind.name}" --fault ${fault}`,
      );
    }
  }
}
console.log(
  `${values.runs} runs: ${failed} with failures; ${writes} rows written, ${befell} times something befell the runner.`,
);
process.exitCode = failed === 0 ? 0 : 1;

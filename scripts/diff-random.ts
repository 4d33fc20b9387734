/**
 * Leads random schemas to each other on a real server, and makes what fails as small as it gets.
 *
 * node scripts/diff-random.ts [--runs 1000] [--seed 1] [--major 18] [--shrink 5] [--verbose] [--census]
 *
 * `--shrink`: how many failures to make small; each takes up to a minute. `--census` only counts what the schemas are made of.
 */
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { openBenches } from "../test/support/diff/benches.ts";
import { census } from "../test/support/diff/random/census.ts";
import { asPair, type RandomPair, randomPair } from "../test/support/diff/random/random-pair.ts";
import { shrink } from "../test/support/diff/random/shrink.ts";
import { type Outcome, tryPair } from "../test/support/diff/try-pair.ts";
import { sideBySide } from "../test/support/side-by-side.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    major: { type: "string", default: "18" },
    shrink: { type: "string", default: "5" },
    verbose: { type: "boolean", default: false },
    census: { type: "boolean", default: false },
  },
});
const seeds = Array.from({ length: Number(values.runs) }, (_, index) => Number(values.seed) + index);
if (values.census) {
  const { statements, dependencies } = census(seeds.map(randomPair));
  console.log(`Statements\n${statements.join("\n")}\n\nDependencies\n${dependencies.join("\n")}`);
  process.exit(0);
}
await using server = await startEmbeddedServer({
  major: Number(values.major),
  settings: {
    fsync: "off",
    wal_level: "logical",
    max_connections: "50",
    log_min_messages: "fatal",
    autovacuum_naptime: "3s",
  },
});
await using benches = await openBenches(server.url(), { count: 3 });
let [failed, faulty, toShrink] = [0, 0, Number(values.shrink)];

const attempt = (one: RandomPair): Promise<readonly Outcome[]> => benches.use((bench) => tryPair(bench, asPair(one)));
const wrongOf = (outcomes: readonly Outcome[]): readonly string[] => outcomes.flatMap(({ wrong }) => wrong);

/** The failure without names and numbers: what a smaller pair has to share. */
const gist = (wrong: readonly string[]): string =>
  (wrong[0] ?? "").replace(/"[^"]*"|\S*\d\S*|'[^']*'/g, "…").slice(0, 40);

await sideBySide(seeds, async (seed) => {
  const found = randomPair(seed);
  const outcomes = await attempt(found).catch((error: unknown) => String(error));
  if (typeof outcomes === "string") {
    if (!outcomes.includes("the two schemas of the pair are one")) {
      faulty += 1;
      console.log(
        `seed ${seed} makes no schema: ${outcomes}${values.verbose ? `\n${JSON.stringify(asPair(found), undefined, 2)}` : ""}`,
      );
    }
    return;
  }
  if (wrongOf(outcomes).length === 0) {
    return;
  }
  failed += 1;
  console.log(`FAILS seed ${seed}: ${wrongOf(outcomes)[0]}`);
  if (toShrink <= 0) {
    return;
  }
  toShrink -= 1;
  const sought = gist(wrongOf(outcomes));
  const smallest = await shrink(found, async (smaller) => {
    const again = await attempt(smaller).catch(() => []);
    return again.some(({ wrong }) => gist(wrong) === sought);
  });
  const pair = asPair(smallest);
  console.log(`  a  ${pair.a.replaceAll("\n", "\n     ")}\n  b  ${pair.b.replaceAll("\n", "\n     ")}`);
  for (const { direction, wrong, statements } of await attempt(smallest)) {
    if (wrong.length > 0) {
      console.log(
        [`  ${direction}`, ...wrong.map((line) => `    ${line}`), ...statements.map((sql) => `      ${sql}`)].join(
          "\n",
        ),
      );
    }
  }
});
console.log(
  `PostgreSQL ${values.major}: ${Number(values.runs) - failed - faulty} of ${values.runs} random pairs hold.`,
);
process.exitCode = failed + faulty === 0 ? 0 : 1;

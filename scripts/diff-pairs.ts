/**
 * Leads every schema of the differ's pairs to the other and back on a real server, judged by PostgreSQL's own catalogs.
 *
 * node scripts/diff-pairs.ts [--major 18] [--kind tables]… [--only "part of a name"] [--every 10] [--from 0] [--dump path/to/pg_dump] [--verbose] [--lost]
 *
 * `--every` takes only so many of a kind: each tenth, the first of them being `--from`; ten runs from 0 to 9 take all. `--dump` lets a pg_dump of the server's major judge as well; `--lost` lists what the statements gave a word of warning for and took.
 */
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { openBenches } from "../test/support/diff/benches.ts";
import { chosenPairs, PAIR_OPTIONS } from "../test/support/diff/chosen-pairs.ts";
import { tryPair } from "../test/support/diff/try-pair.ts";
import { sideBySide } from "../test/support/side-by-side.ts";

const { values } = parseArgs({
  options: {
    ...PAIR_OPTIONS,
    dump: { type: "string" },
    lost: { type: "boolean", default: false },
  },
});
const major = Number(values.major);
await using server = await startEmbeddedServer({
  major,
  settings: {
    fsync: "off",
    wal_level: "logical",
    max_connections: "50",
    log_min_messages: "fatal",
    // Schemas that are rolled back leave their rows behind in the catalogs; a dumped one had a database of its own, which is gone.
    ...(values.dump === undefined ? { autovacuum_naptime: "3s" } : { autovacuum: "off" }),
  },
});
await using benches = await openBenches(server.url(), { count: 3, dump: values.dump });
let failures = 0;
for (const { kind, pairs } of chosenPairs(values)) {
  let wrong = 0;
  await sideBySide(pairs, async (pair) => {
    const outcomes = await benches.use((bench) => tryPair(bench, pair)).catch((error: unknown) => String(error));
    const told =
      typeof outcomes === "string"
        ? [`  the pair itself: ${outcomes}`]
        : outcomes.flatMap((outcome) => [
            ...(outcome.wrong.length > 0 || values.verbose ? [`  ${outcome.direction}`] : []),
            ...outcome.wrong.map((line) => `    ${line}`),
            ...(values.lost ? outcome.lost.map((line) => `    with a warning: ${line}`) : []),
            ...(outcome.wrong.length > 0 || values.verbose ? outcome.statements.map((sql) => `      ${sql}`) : []),
          ]);
    const failed = typeof outcomes === "string" || outcomes.some((outcome) => outcome.wrong.length > 0);
    wrong += failed ? 1 : 0;
    if (told.length > 0) {
      const schemas = failed || values.verbose ? `\n  given ${pair.given}\n  a     ${pair.a}\n  b     ${pair.b}` : "";
      console.log(`${failed ? "FAILS " : ""}[${kind}] ${pair.name}${schemas}\n${told.join("\n")}`);
    }
  });
  console.log(`PostgreSQL ${major}, ${kind}: ${pairs.length - wrong} of ${pairs.length} hold.`);
  failures += wrong;
}
process.exitCode = failures === 0 ? 0 : 1;

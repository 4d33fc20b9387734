/**
 * Runs every proof statement on real servers and compares what they do with what was predicted.
 *
 * node scripts/effects-proofs.ts [--major 18]… [--family indexes]… [--only "part of the SQL"]
 */
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { PROOF_FAMILIES } from "../test/effects/proofs/families.ts";
import { told } from "../test/effects/proofs/report.ts";
import { runFamily } from "../test/effects/proofs/run-family.ts";
import { PROOF_SERVER_SETTINGS } from "../test/effects/proofs/server-settings.ts";

const { values } = parseArgs({
  options: {
    major: { type: "string", multiple: true, default: ["15", "16", "17", "18"] },
    family: { type: "string", multiple: true, default: PROOF_FAMILIES.map(({ name }) => name) },
    only: { type: "string", default: "" },
  },
});
const statements = new Set<string>();
let failures = 0;
for (const major of values.major) {
  await using server = await startEmbeddedServer({ major: Number(major), settings: PROOF_SERVER_SETTINGS });
  for (const family of PROOF_FAMILIES.filter(({ name }) => values.family.includes(name))) {
    const results = await runFamily(new URL(server.url()), family, (proofs) =>
      proofs.filter(({ sql }) => sql.includes(values.only)),
    );
    const wrong = results.filter(({ differences }) => differences.length > 0);
    for (const { sql } of results) statements.add(`${family.name} ${sql}`);
    for (const result of wrong) console.log(told(result));
    console.log(`PostgreSQL ${major}, ${family.name}: ${results.length - wrong.length} of ${results.length} hold.`);
    failures += wrong.length;
  }
}
console.log(`${statements.size} statements; ${failures === 0 ? "every prediction holds" : `${failures} do not hold`}.`);
process.exitCode = failures === 0 ? 0 : 1;

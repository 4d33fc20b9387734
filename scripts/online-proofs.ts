/**
 * Runs every case of the online planner on real servers: as written and by its plan.
 *
 * node scripts/online-proofs.ts [--major 18]… [--only "part of a name"] [--verbose]
 */
import { parseArgs } from "node:util";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect } from "../src/postgres/session.ts";
import { loadParser } from "../src/sql/parse-statement.ts";
import { PROOF_SERVER_SETTINGS } from "../test/effects/proofs/server-settings.ts";
import { CASES } from "../test/online/cases.ts";
import { casesOn } from "../test/online/online-case.ts";
import { told } from "../test/online/told.ts";
import { openCaseBench, tryCase } from "../test/online/try-case.ts";

const { values } = parseArgs({
  options: {
    major: { type: "string", multiple: true, default: ["15", "16", "17", "18"] },
    only: { type: "string", default: "" },
    verbose: { type: "boolean", default: false },
  },
});
await loadParser();
let failures = 0;
for (const major of values.major) {
  await using server = await startEmbeddedServer({ major: Number(major), settings: PROOF_SERVER_SETTINGS });
  const cases = casesOn(Number(major), CASES).filter(({ name }) => name.includes(values.only));
  const url = new URL(server.url());
  const admin = await connect(url.href);
  await admin.query("CREATE DATABASE online_proofs");
  await admin.end();
  url.pathname = "/online_proofs";
  await using bench = await openCaseBench(url.href);
  let wrong = 0;
  for (const one of cases) {
    const said = await tryCase(bench, one).then(
      (outcome) => {
        if (values.verbose)
          console.log(one.name, outcome.refused === undefined ? outcome.statements : outcome.refused.message);
        return told(one, outcome);
      },
      (error: unknown) => [values.verbose && error instanceof Error ? String(error.stack) : String(error)],
    );
    if (said.length === 0) continue;
    wrong += 1;
    console.log(`${one.name}: ${one.migration}\n${said.map((line) => `    ${line}`).join("\n")}`);
  }
  console.log(`PostgreSQL ${major}: ${cases.length - wrong} of ${cases.length} hold.`);
  failures += wrong;
}
process.exitCode = failures === 0 ? 0 : 1;

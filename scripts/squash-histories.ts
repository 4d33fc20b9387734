/**
 * Squashes the migration histories of public packages, wholly and by half, and compares what databases become by them:
 * one that had run every file, and a new one. Rebuilds the schema for drift from the files before and after.
 *
 * node scripts/squash-histories.ts [--only coder]… [--major 18]… [--to all|half]… [--folder …]
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Catalog } from "../src/catalog/catalog.ts";
import { catalogFingerprint } from "../src/catalog/fingerprint.ts";
import { readCatalog } from "../src/catalog/read-catalog.ts";
import { writeSquash } from "../src/cli/squash-files.ts";
import { LockkeeperError } from "../src/errors/lockkeeper-error.ts";
import { readProject } from "../src/migrations/read-project.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect } from "../src/postgres/session.ts";
import { changesBetween } from "../src/run/drift/drift-between.ts";
import { lookForDrift } from "../src/run/drift/drift-of.ts";
import { rebuild } from "../src/run/drift/rebuild.ts";
import { DEFAULT_POLICY } from "../src/run/policy.ts";
import { seedRows } from "../src/run/squash/seed-rows.ts";
import { squash } from "../src/run/squash/squash.ts";
import { Stop } from "../src/run/stop.ts";
import { up } from "../src/run/up.ts";
import { fetchHistory, type HistoryFile } from "./public-histories/fetch-history.ts";
import { HISTORIES } from "./public-histories/histories.ts";
import { nativeFolder } from "./public-histories/native-folder.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: HISTORIES.map(({ name }) => name) },
    major: { type: "string", multiple: true, default: ["18", "15"] },
    to: { type: "string", multiple: true, default: ["all", "half"] },
    folder: { type: "string", default: join(tmpdir(), "lockkeeper-public-histories") },
  },
});

let wrong = 0;
for (const major of values.major) {
  await using server = await startEmbeddedServer({ major: Number(major), settings: { fsync: "off" } });
  for (const history of HISTORIES.filter(({ name }) => values.only.includes(name))) {
    const files = fetchHistory(history, values.folder);
    for (const to of values.to) {
      console.log(`\n${history.name}, PostgreSQL ${major}, ${to}: ${files.length} files`);
      try {
        await trial(server, `${history.name}_${to}`, files, to === "all" ? files.length : Math.ceil(files.length / 2));
      } catch (error) {
        if (!(error instanceof LockkeeperError)) throw error;
        say(false, `${error.code}: ${error.message}`);
      }
    }
  }
}
console.log(wrong === 0 ? "\nAll is as it should be." : `\n${wrong} things are not as they should be.`);
process.exitCode = wrong === 0 ? 0 : 1;

async function trial(server: EmbeddedServer, name: string, files: readonly HistoryFile[], many: number): Promise<void> {
  const folder = nativeFolder(files);
  try {
    await using admin = await connect(server.url());
    for (const kind of ["old", "new"]) await admin.query(`CREATE DATABASE ${name}_${kind}`);
    const old = server.url(`${name}_old`);
    await bring(old, folder);
    say((await driftFrom(old, folder, server)) === 0, "no drift from what the files make");
    const migrations = readProject(folder);
    const to = migrations[many - 1]?.id ?? "";
    const squashed = await squash({
      ...operation(),
      places: { named: server.url() },
      migrations,
      to,
      name: "squashed",
    });
    writeSquash(folder, squashed);
    const lines = squashed.text.split("\n").length;
    const { data, outside } = squashed;
    console.log(`  ${data.length} statements write rows or may, ${outside.length} act outside of the schema`);
    say(true, `${squashed.replaced.length} files are one of ${lines} lines: ${squashed.fingerprint.slice(0, 12)}`);
    const again = await bring(old, folder);
    say(again.applied.length === 0, "who has them all has nothing to run");
    say((await driftFrom(old, folder, server)) === 0, "no drift from what the new file makes");
    const fresh = server.url(`${name}_new`);
    await bring(fresh, folder);
    const [one, other] = [await picture(old), await picture(fresh)];
    const changes = changesBetween(one.catalog, other.catalog, { columnOrder: true });
    say(
      catalogFingerprint(one.catalog) === catalogFingerprint(other.catalog),
      `a new database has the same schema ${changes.map(({ id }) => id).join(", ")}`,
    );
    const generated = squashed.rows.filter((each) => each.generated).map(({ table }) => table);
    const constant = squashed.rows.filter((each) => !each.generated).map(({ table }) => table);
    const rows = Object.keys({ ...one.rows, ...other.rows }).filter((table) => {
      const [were = "", are = ""] = [one.rows[table], other.rows[table]];
      // What the files behind the squashed ones put there may be random too.
      const isConstant = constant.includes(table) || were.startsWith("SELECT setval");
      return isConstant ? were !== are : were.split("\n").length !== are.split("\n").length;
    });
    say(rows.length === 0, `the same rows in ${Object.keys(one.rows).length} tables and sequences ${rows.join(", ")}`);
    if (generated.length > 0) console.log(`    with values that each run makes anew: ${generated.join(", ")}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function say(isRight: boolean, what: string): void {
  wrong += isRight ? 0 : 1;
  console.log(`  ${isRight ? "✓" : "✗"} ${what}`);
}

function operation() {
  return { policy: DEFAULT_POLICY, stop: new Stop(), emit: () => {} };
}

function bring(url: string, folder: string) {
  return up({ ...operation(), url, migrations: readProject(folder) });
}

/** How many objects are otherwise than what the files make. */
async function driftFrom(url: string, folder: string, server: EmbeddedServer): Promise<number> {
  await using session = await connect(url);
  const options = { ...operation(), session, migrations: readProject(folder), scratch: { named: server.url() } };
  const { report } = await lookForDrift(session, DEFAULT_POLICY, await rebuild(options));
  for (const { change, id } of report.objects) console.log(`    ${change} ${id}`);
  return report.objects.length;
}

async function picture(url: string): Promise<{ catalog: Catalog; rows: Readonly<Record<string, string>> }> {
  await using session = await connect(url);
  const catalog = await readCatalog(session.query);
  return { catalog, rows: (await seedRows(session, catalog)).image };
}

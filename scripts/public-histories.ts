/**
 * Takes the migration histories of public packages through everything that reads, judges, plans and runs SQL.
 *
 * node scripts/public-histories.ts [--only coder]… [--major 18]… [--folder …] [--sample 10] [--verbose]
 */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCatalog } from "../src/catalog/read-catalog.ts";
import { CatalogState } from "../src/catalog/state/catalog-state.ts";
import { migrate } from "../src/library/migrate.ts";
import { readProject } from "../src/migrations/read-project.ts";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect } from "../src/postgres/session.ts";
import { loadParser } from "../src/sql/parse-statement.ts";
import { structureOf } from "../test/catalog/state/structure.ts";
import { differences } from "./public-histories/differences.ts";
import { fetchHistory } from "./public-histories/fetch-history.ts";
import { grow, unplanned } from "./public-histories/grow.ts";
import { HISTORIES } from "./public-histories/histories.ts";
import { nativeFolder } from "./public-histories/native-folder.ts";
import { readOffline } from "./public-histories/read-offline.ts";
import { sample } from "./public-histories/sample.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: HISTORIES.map(({ name }) => name) },
    major: { type: "string", multiple: true, default: ["18", "15"] },
    folder: { type: "string", default: join(tmpdir(), "lockkeeper-public-histories") },
    sample: { type: "string", default: "10" },
    verbose: { type: "boolean", default: false },
  },
});

await loadParser();
const chosen = HISTORIES.filter(({ name }) => values.only.includes(name));
const histories = chosen.map((history) => ({ history, files: fetchHistory(history, values.folder) }));
const findings: Parameters<typeof sample>[0][number][] = [];
let wrong = 0;

for (const major of values.major) {
  await using server = await startEmbeddedServer({ major: Number(major), settings: { fsync: "off" } });
  await using admin = await connect(server.url());
  for (const { history, files } of histories) {
    const { name } = history;
    const folder = nativeFolder(files);
    try {
      for (const kind of ["grown", "up"]) await admin.query(`CREATE DATABASE ${name}_${kind}`);
      await using session = await connect(server.url(`${name}_grown`));
      await using migrated = await connect(server.url(`${name}_up`));
      const empty = await readCatalog(session.query);
      const read = readOffline(files, empty);
      const all = read.reports.flatMap((one) => one.findings);
      if (major === values.major[0]) {
        findings.push(...all.map((finding) => ({ history: name, finding })));
      }
      const unchecked = read.reports.flatMap((one) => one.unchecked);
      const migrations = readProject(folder);
      const carried = CatalogState.of(empty, { user: "postgres" });
      const unplannedNew = migrations.flatMap((one) => unplanned(one, carried) ?? []);
      const grown = await grow(session, migrations);
      const failed = await migrate({ url: server.url(`${name}_up`), migrations: folder }).then(
        () => [],
        (error: unknown) => [String(error)],
      );
      const [asWritten, byUp] = [await readCatalog(session.query), await readCatalog(migrated.query)];
      const { facts: _, ...written } = asWritten;
      const { facts: _1, ...up } = byUp;

      console.log(`\n${name}, PostgreSQL ${major}: ${files.length} files, ${read.statements} statements`);
      tell("not read", read.unread);
      tell("crashes", [
        ...read.crashes,
        ...grown.crashes,
        ...unplannedNew.filter((one) => !one.isRefusal).map((one) => one.said),
      ]);
      tell("not followed", read.unfollowed);
      tell(
        "not planned though all is new",
        unplannedNew.filter((one) => one.isRefusal).map((one) => one.said),
      );
      console.log(`  planned with rows: ${grown.planned}`);
      tell("refused with rows", grown.refused);
      tell("not run as written", grown.unrun);
      tell("after a file: expected unlike found", grown.unlike);
      tell("after a file that is not followed: in doubt", grown.doubted);
      const where = read.unfollowed.length === 0 ? "unlike" : "in doubt against";
      for (const [whose, state] of [
        ["state", read.state],
        ["planner's state", carried],
      ] as const) {
        const found = differences(structureOf(state.catalog()), structureOf(asWritten), [whose, "server"]);
        tell(`after all: ${whose} ${where} the server`, found);
      }
      tell("up fails", failed);
      tell("after all: up unlike as written", differences(up, written, ["up", "written"]));
      tell(
        "unchecked",
        unchecked.map(({ file, line, kind, reason }) => `${kind} ${file}:${line} ${reason}`),
      );
      for (const [rule, number] of counted(all.map(({ rule, severity }) => `${rule} (${severity})`))) {
        console.log(`  ${number} ${rule}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
const drawn = sample(findings, Number(values.sample));
writeFileSync(
  join(values.folder, "sample.json"),
  JSON.stringify(
    drawn.map(({ history, finding }) => {
      const text = histories
        .find((one) => one.history.name === history)
        ?.files.find(({ path }) => path === finding.file)?.text;
      return { history, ...finding, text };
    }),
    null,
    2,
  ),
);

function tell(what: string, said: readonly string[]): void {
  console.log(`  ${what}: ${said.length}`);
  if (/crash|unlike|fails|not read/.test(what)) wrong += said.length;
  for (const one of values.verbose ? said : said.slice(0, 10)) console.log(`    ${one}`);
}

function counted(all: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

console.log(wrong === 0 ? "\nAll is as it should be." : `\n${wrong} things are not as they should be.`);
process.exitCode = wrong === 0 ? 0 : 1;

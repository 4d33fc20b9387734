/**
 * Takes the migration histories of public packages up, down and up again, one migration after the other, and says which
 * come back to the same schema, and what the others need.
 *
 * node scripts/stairway-histories.ts [--only coder]… [--major 18]… [--ways-back derived|authors]… [--from empty|half]…
 *   [--folder …] [--verbose]
 *
 * --ways-back derived leaves the authors' own aside; --from half begins with the catalog, kept as JSON, that the first half
 * of the migrations leave, without their rows.
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseCatalog } from "../src/catalog/parse-catalog.ts";
import { readProject } from "../src/migrations/read-project.ts";
import { DEFAULT_POLICY } from "../src/run/policy.ts";
import { Replay, type ReplayOptions } from "../src/run/replay/replay.ts";
import { type Stair, type StartingSchema, stairway } from "../src/run/stairway/stairway.ts";
import { Stop } from "../src/run/stop.ts";
import { fetchHistory } from "./public-histories/fetch-history.ts";
import { HISTORIES } from "./public-histories/histories.ts";
import { nativeFolder } from "./public-histories/native-folder.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: HISTORIES.map(({ name }) => name) },
    major: { type: "string", multiple: true, default: ["18", "15"] },
    "ways-back": { type: "string", multiple: true, default: ["derived", "authors"] },
    from: { type: "string", multiple: true, default: ["empty", "half"] },
    folder: { type: "string", default: join(tmpdir(), "lockkeeper-public-histories") },
    verbose: { type: "boolean", default: false },
  },
});

let wrong = 0;
for (const history of HISTORIES.filter(({ name }) => values.only.includes(name))) {
  const files = fetchHistory(history, values.folder);
  const hasDowns = files.some(({ down }) => down !== undefined);
  for (const ways of values["ways-back"].filter((one) => one === "derived" || hasDowns)) {
    const folder = nativeFolder(files, ways === "authors");
    const migrations = readProject(folder);
    for (const major of values.major) {
      for (const from of values.from) {
        console.log(`\n${history.name}, PostgreSQL ${major}, ${ways} ways back, from ${from}: ${files.length} files`);
        await walk(
          { places: { major: Number(major) }, migrations, policy: DEFAULT_POLICY, stop: new Stop() },
          from,
          ways,
        );
      }
    }
    rmSync(folder, { recursive: true });
  }
}
console.log(wrong === 0 ? "\nAll is as it should be." : `\n${wrong} stairs are not as they should be.`);
process.exitCode = wrong === 0 ? 0 : 1;

async function walk(options: ReplayOptions, from: string, ways: string): Promise<void> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const start = from === "half" ? { from: await halfway(options) } : {};
  const { stairs, notReached } = await stairway({ ...options, ...start, onStair: (stair) => tell(stair, ways) });
  const { user, system } = process.cpuUsage(cpu);
  const counts = counted(stairs.map(({ outcome, where }) => (where === null ? outcome : `${outcome} (${where})`)));
  console.log(`  ${counts.map(([what, number]) => `${number} ${what}`).join(", ")}, ${notReached.length} not reached`);
  console.log(
    `  ${Math.round((performance.now() - begun) / 1000)} s; ${Math.round((user + system) / 1000 / stairs.length)} ms of this process a stair`,
  );
  for (const [what, number] of counted(stairs.flatMap(({ irreversible }) => irreversible.map(kindOf)))) {
    console.log(`    ${number} ${what}`);
  }
}

/** The ways back that an author wrote are his to answer for, and so is what expects rows that are not there. */
function tell(stair: Stair, ways: string): void {
  const { id, outcome, where, irreversible, differences, error } = stair;
  if (outcome === "differs" || outcome === "fails") {
    wrong += ways === "derived" || where !== "down" ? 1 : 0;
    console.log(`  ${id} ${outcome} (${where})`);
    for (const { change, id: object, fields } of differences) {
      console.log(`    ${change} ${object} ${JSON.stringify(fields).slice(0, 300)}`);
    }
    if (error !== null) console.log(`    ${error.code}: ${error.message.slice(0, 600)}`);
  }
  if (!values.verbose) return;
  for (const { at, sql, reason, action } of irreversible) {
    console.log(`  ${at.file.split("/").at(-1)}:${at.line}: ${sql.replaceAll(/\s+/g, " ").slice(0, 80)}`);
    console.log(`    ${reason}\n    ${action}`);
  }
}

/** What the first half leaves, as a file holds it. */
async function halfway(options: ReplayOptions): Promise<StartingSchema> {
  const half = options.migrations.slice(0, Math.ceil(options.migrations.length / 2));
  await using replay = await Replay.start(options);
  await replay.up(half.at(-1)?.id);
  const catalog = parseCatalog(JSON.stringify(await replay.catalog()), "the catalog halfway");
  return { catalog, inForce: half.map(({ id }) => id) };
}

/** The reason without the names in it. */
function kindOf({ reason }: Stair["irreversible"][number]): string {
  return reason
    .replace(/^(UPDATE|DELETE FROM|INSERT INTO|MERGE INTO) \S+:/, "$1:")
    .replace(/^dropping (type|table|view|index|function) \S+ loses/, "dropping a $1 loses")
    .replace(/^dropping \S+ of \S+ loses/, "dropping a column loses")
    .replace(/the value .* from enum \S+/, "a value from an enum")
    .replace(/^the type of \S+ of \S+ (?:becomes .*: )?/, "a column's type: ");
}

function counted(all: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { diffCatalogs } from "../../diff/diff-catalogs.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { sqlMigration } from "../../migrations/sql-migration.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { changesBetween } from "../drift/drift-between.ts";
import { toldChanges } from "../drift/told-changes.ts";
import { namingFailures } from "../name-failure.ts";
import { Replay, type ReplayOptions } from "../replay/replay.ts";
import { type BesideSchema, type BesideSchemas, besideSchema } from "./data-statements.ts";
import { type SeedRows, seedRows } from "./seed-rows.ts";

export interface SquashOptions extends ReplayOptions {
  /** The last migration that the new one stands for. */
  readonly to: string;
  /** Behind the number of the new file. */
  readonly name: string;
}

/** One file that makes what several did, proven. */
export interface Squashed {
  readonly id: string;
  readonly text: string;
  /** Those it stands for, in their order. */
  readonly replaced: readonly Migration[];
  /** Of the schema that both make. */
  readonly fingerprint: string;
  /** Of the rows that the migrations put into an empty database; they stand in the text. */
  readonly rows: readonly SquashedRows[];
  /** Statements that write rows, or may. What they do to rows that others put there is not in the text. */
  readonly data: readonly BesideSchema[];
  /** Statements on the server or the database as a whole: they stand in the text as they were written. */
  readonly outside: readonly BesideSchema[];
}

export interface SquashedRows {
  readonly table: string;
  readonly rows: number;
  /** Each run of the migrations makes other values, such as now() or random ones: those in the text are constants. */
  readonly generated: boolean;
}

/**
 * Makes one migration that stands for all up to one, and proves it: both ways lead to the same schema, with the same rows,
 * in scratch databases. Touches no file.
 *
 * @throws LockkeeperError `migration_unknown`, `usage` for files that are not ours or that later ones name,
 *   `squash_differs` where the two ways differ, `scratch_unavailable`, and those of a run
 */
export async function squash(options: SquashOptions): Promise<Squashed> {
  return await namingFailures(async () => {
    const replaced = chosen(options);
    await loadParser();
    const beside = besideSchema(replaced);
    requireOwnServer(options, beside);
    const id = newId(options, replaced);
    const before = await made({ ...options, migrations: replaced });
    const seeded = before.rows.statements;
    const again = seeded.length === 0 ? before : await made({ ...options, migrations: replaced });
    const rows = seeded
      .filter((one) => one.rows > 0)
      .map(({ of, rows }) => ({ table: of, rows, generated: before.rows.image[of] !== again.rows.image[of] }));
    const { statements } = diffCatalogs(before.empty, before.catalog);
    const text = textOf(
      replaced,
      [...beside.outside, ...statements, ...seeded].map(({ sql }) => sql),
      rows.filter(({ generated }) => generated),
    );
    const one = sqlMigration({ id, file: `${id}.sql`, text });
    const after = await made({ ...options, migrations: [one] });
    requireSame(before, after);
    return { id, text, replaced, fingerprint: catalogFingerprint(after.catalog), rows, ...beside };
  });
}

function chosen({ migrations, to }: SquashOptions): readonly Migration[] {
  const last = migrations.findIndex(({ id }) => id === to);
  if (last === -1) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${to}.`,
      notDone: "No file was touched.",
    });
  }
  const replaced = migrations.slice(0, last + 1);
  const foreign = replaced.find(({ layout }) => layout !== "lockkeeper");
  if (foreign !== undefined) {
    throw usage(`${foreign.file} is of ${foreign.layout}, whose own history counts its files.`);
  }
  const ids = new Set(replaced.map(({ id }) => id));
  for (const later of migrations.slice(last + 1)) {
    const named = later.directives.references.find(({ id }) => ids.has(id));
    if (named !== undefined) {
      throw usage(
        `${later.file}:${named.line}: ${later.id} names ${named.id}, which would be no file any more.`,
        `Take the directive \`${named.directive}\` out of it first: it comes after what it names anyhow.`,
      );
    }
  }
  return replaced;
}

/** What is done to a server outside of databases stays there, and cannot be done to it twice. */
function requireOwnServer({ places }: SquashOptions, { outside }: BesideSchemas): void {
  const [first] = outside;
  if (first === undefined || places.named === undefined) return;
  throw usage(
    `${first.file}:${first.line}: ${first.sql.replace(/\s+/g, " ").slice(0, 80)} changes the server, and not only a scratch database on it.`,
    "Leave --scratch (and `scratch` in the configuration) away: then an embedded server is started for it.",
  );
}

const usage = (message: string, action?: string): LockkeeperError =>
  new LockkeeperError("usage", {
    message,
    notDone: "No file was touched.",
    ...(action === undefined ? {} : { action }),
  });

/** With the number of the last one, so that what follows keeps its place. */
function newId({ name, migrations }: SquashOptions, replaced: readonly Migration[]): string {
  const number = /^\d+/.exec(replaced.at(-1)?.id ?? "")?.[0] ?? "0001";
  const taken = new Set(migrations.map(({ id }) => id));
  let id = `${number}_${name}`;
  for (let n = 2; taken.has(id); n++) id = `${number}_${name}_${n}`;
  return id;
}

interface Made {
  readonly empty: Catalog;
  readonly catalog: Catalog;
  readonly rows: SeedRows;
}

async function made(options: ReplayOptions): Promise<Made> {
  await using replay = await Replay.start(options);
  const empty = await readCatalog(replay.session.query);
  await replay.up();
  const catalog = await replay.catalog();
  return { empty, catalog, rows: await seedRows(replay.session, catalog) };
}

function textOf(
  replaced: readonly Migration[],
  statements: readonly string[],
  generated: readonly SquashedRows[],
): string {
  const [first, last] = [replaced[0]?.id, replaced.at(-1)?.id];
  return [
    `-- Stands for ${count(replaced.length, "migration")}, ${first} to ${last}.`,
    ...replaced.flatMap(({ id, directives: { replaces, stoodFor } }) => [
      `-- lockkeeper: replaces ${id}`,
      // A database that has never seen it may have those.
      ...replaces.map((part) => `-- lockkeeper: replaces ${part} in ${id}`),
      ...Object.entries(stoodFor).flatMap(([squash, parts]) =>
        parts.map((part) => `-- lockkeeper: replaces ${part} in ${squash}`),
      ),
    ]),
    ...generated.map(
      ({ table }) => `-- Constant here, made anew by each run of what it stands for: values of ${table}.`,
    ),
    ...statements.flatMap((sql) => ["", `${sql};`]),
    "",
  ].join("\n");
}

function requireSame(before: Made, after: Made): void {
  const differing = Object.keys({ ...before.rows.image, ...after.rows.image }).filter(
    (name) => before.rows.image[name] !== after.rows.image[name],
  );
  if (catalogFingerprint(before.catalog) === catalogFingerprint(after.catalog) && differing.length === 0) return;
  const changes = toldChanges(changesBetween(before.catalog, after.catalog), before.catalog, after.catalog);
  const named = [...changes.map(({ id }) => id), ...differing.map((name) => `rows of ${name}`)];
  throw new LockkeeperError("squash_differs", {
    message: `One file does not make what the migrations make: ${named.slice(0, 10).join(", ") || "the order of columns"}.`,
    notDone: "No file was touched.",
    data: { differences: changes, rows: differing },
  });
}

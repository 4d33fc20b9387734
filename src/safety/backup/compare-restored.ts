import type { Catalog } from "../../catalog/catalog.ts";
import { storedCatalog } from "../../desired/stored-catalog.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import { connect } from "../../postgres/session.ts";
import { changesBetween } from "../../run/drift/drift-between.ts";
import { withoutDatabaseSettings } from "../database-settings.ts";
import type { BackedUpSequence, Backup, TableSum, Verification } from "./backup.ts";
import { catalogPath } from "./backup-files.ts";
import { restoreFailed } from "./backup-unusable.ts";
import { damagedRelations } from "./damaged-relations.ts";
import { describeDatabase, schemaFingerprint } from "./describe-database.ts";
import { tableSums } from "./table-sums.ts";

/** How many differences are named. */
const NAMED = 10;

type Compared = Pick<Verification, "compared" | "changedMeanwhile" | "checkedRelations">;

/**
 * Holds a restored copy against what was backed up: its schema without owners, grants, tablespaces and settings, the rows
 * of every table, and how far its sequences are. A physical copy is also looked through by amcheck, where the server has
 * it.
 *
 * @param url of the copy
 * @throws LockkeeperError `backup_differs` naming what is otherwise; `backup_restore_failed` for what cannot be read
 */
export async function compareRestored(backup: Backup, url: string, limits: Limits): Promise<Compared> {
  try {
    return await compare(backup, url, limits);
  } catch (error) {
    const told = databaseError(error);
    if (told === undefined || failureKind(error) === "connection") throw error;
    // Such as a page that is none.
    throw restoreFailed(backup.id, `what was restored cannot be read: ${told.message}`, error);
  }
}

interface Limits {
  readonly jobs: number;
  readonly signal: AbortSignal;
}

async function compare(backup: Backup, url: string, { jobs, signal }: Limits): Promise<Compared> {
  await using session = await connect(url, { applicationName: "lockkeeper backup" });
  await session.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const restored = await describeDatabase(session);
  await session.query("COMMIT");
  const sums = await tableSums({ url, jobs, signal, unlogged: backup.provider === "pg_dump" });
  // A dump builds its indexes anew, and what a command restored is not ours to make an extension in.
  const isPhysical = backup.provider === "pg_basebackup" || backup.provider === "pgbackrest";
  const damaged = isPhysical ? await damagedRelations(session) : null;
  const differences = [
    ...schemaDifferences(storedCatalog(catalogPath(backup), "/"), restored.catalog),
    ...rowDifferences(backup, sums),
    ...sequenceDifferences(backup.sequences, restored.sequences),
    ...(damaged?.findings ?? []),
  ];
  if (differences.length > 0) throw differs(backup, differences);
  const compared = backup.tables.filter(({ steady }) => steady).length;
  return {
    compared,
    changedMeanwhile: backup.tables.length - compared,
    checkedRelations: damaged?.checked ?? null,
  };
}

function differs({ id }: Backup, differences: readonly string[]): LockkeeperError {
  const more = differences.length > NAMED ? [`and ${differences.length - NAMED} more`] : [];
  return new LockkeeperError("backup_differs", {
    message: [
      `Backup ${id} was restored, and is not what was backed up:`,
      ...differences.slice(0, NAMED),
      ...more,
    ].join("\n  "),
    notDone: "It does not count.",
    data: { backup: id, reason: "differs", differences: differences.slice(0, NAMED) },
  });
}

/** Where a table is stored is the server's own business. */
function schemaDifferences(stored: Catalog, found: Catalog): readonly string[] {
  const backedUp = withoutDatabaseSettings(withoutTablespaces(stored));
  const restored = withoutDatabaseSettings(withoutTablespaces(found));
  if (schemaFingerprint(backedUp) === schemaFingerprint(restored)) return [];
  const changes = changesBetween(backedUp, restored, { owners: false, grants: false, columnOrder: true });
  return changes.length === 0
    ? ["the schema has another fingerprint"]
    : changes.map(
        ({ type, id, fields }) => `${id} is ${WORDS[type]}${fields === undefined ? "" : ` (${fields.join(", ")})`}`,
      );
}

const WORDS = { added: "there", removed: "missing", changed: "otherwise", renamed: "called otherwise" } as const;

const withoutTablespaces = (catalog: Catalog): Catalog =>
  JSON.parse(JSON.stringify(catalog, (key, value: unknown) => (key === "tablespace" ? undefined : value)));

function rowDifferences({ tables }: Backup, found: readonly TableSum[]): readonly string[] {
  const sums = new Map(found.map((sum) => [nameOf(sum), sum]));
  return tables.flatMap((table) => {
    const name = nameOf(table);
    const sum = sums.get(name);
    if (sum === undefined) return [`table ${name} is missing`];
    if (!table.steady) return [];
    if (sum.rows !== table.rows) return [`table ${name} has ${count(sum.rows, "row")}, and had ${table.rows}`];
    return sum.checksum === table.checksum ? [] : [`table ${name} has other values in its ${count(sum.rows, "row")}`];
  });
}

/** A dump reads sequences after its snapshot: they may be ahead, and never behind. */
function sequenceDifferences(
  before: readonly BackedUpSequence[],
  found: readonly BackedUpSequence[],
): readonly string[] {
  const values = new Map(found.map((sequence) => [nameOf(sequence), sequence.lastValue]));
  return before.flatMap((sequence) => {
    const name = nameOf(sequence);
    const { lastValue } = sequence;
    const value = values.get(name) ?? null;
    return lastValue === null || (value !== null && BigInt(value) >= BigInt(lastValue))
      ? []
      : [`sequence ${name} is at ${value ?? "its beginning"}, and was at ${lastValue}`];
  });
}

const nameOf = ({ schema, name }: { readonly schema: string; readonly name: string }): string => `${schema}.${name}`;

import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import { schemaFilter } from "../catalog/read/schema-patterns.ts";
import { isHistoryTable } from "../migrations/adopt/detect-tools.ts";
import type { StepTable } from "../online/step-table.ts";
import { quoteQualified } from "../sql/quote.ts";
import { withoutObjects } from "./without-objects.ts";

/** What of a database is not this project's. */
export interface Ignored {
  /** Patterns of schemas that are looked at; all when absent. */
  readonly schemas?: readonly string[];
  /** Patterns of schemas (`audit_*`) and of what is in them (`public.tmp_*`) that are left alone. */
  readonly ignore?: readonly string[];
}

/** What others make and remove in a database, as far as only the database knows it. */
export interface Managed {
  readonly schemas: readonly string[];
  /** Partitioned tables whose partitions somebody else makes, or Lockkeeper for times to come; in any schema where none is said. */
  readonly parents: readonly StepTable[];
  readonly tables: readonly QualifiedName[];
}

/**
 * The catalog without what is not the project's to change: objects that patterns name, the partitions of parents that a
 * partition manager looks after, with what it keeps for itself, and the histories of migration tools.
 */
export function withoutLeftAlone(catalog: Catalog, ignored: Ignored, managed: Managed = NOTHING): Catalog {
  const { schemas = ["*"], ignore = [] } = ignored;
  const isLookedAt = schemaFilter({ include: schemas, exclude: schemaPatterns(ignore) });
  const isIgnored = objectFilter(ignore);
  const names = new Set([
    ...partitionsBelow(catalog, managed.parents),
    ...managed.tables.map(quoteQualified),
    ...histories(catalog).map(quoteQualified),
  ]);
  const looked = { ...catalog, schemas: catalog.schemas.filter(({ name }) => isLookedAt(name)) };
  return withoutObjects(
    looked,
    (object) => names.has(quoteQualified(object)) || isIgnored(object) || !isLookedAt(object.schema),
  );
}

export const NOTHING: Managed = { schemas: [], parents: [], tables: [] };

export const isNothing = ({ schemas, parents, tables }: Managed): boolean =>
  schemas.length + parents.length + tables.length === 0;

/** The patterns of schemas among patterns of both. */
export const schemaPatterns = (patterns: readonly string[]): readonly string[] =>
  patterns.filter((pattern) => !pattern.includes("."));

function objectFilter(patterns: readonly string[]): (object: QualifiedName) => boolean {
  const include = patterns.filter((pattern) => pattern.includes("."));
  if (include.length === 0) return () => false;
  const matches = schemaFilter({ include });
  return ({ schema, name }) => matches(`${schema}.${name}`);
}

function partitionsBelow({ tables }: Catalog, parents: readonly StepTable[]): ReadonlySet<string> {
  const isParent = ({ schema, name, partitioning }: Table): boolean =>
    partitioning !== undefined && parents.some((one) => one.name === name && (one.schema ?? schema) === schema);
  const above = new Set(parents.length === 0 ? [] : tables.filter(isParent).map(quoteQualified));
  const below = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const table of tables) {
      const name = quoteQualified(table);
      const parent = table.partitionOf === undefined ? undefined : quoteQualified(table.partitionOf.parent);
      if (parent === undefined || below.has(name) || !(above.has(parent) || below.has(parent))) continue;
      below.add(name);
      grown = true;
    }
  }
  return below;
}

/** Tables that stand beside a history, by its name. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  knex_migrations: ["knex_migrations_lock"],
  kysely_migration: ["kysely_migration_lock"],
  schema_migrations: ["ar_internal_metadata"],
};

function histories({ tables }: Catalog): readonly QualifiedName[] {
  const found = tables.filter(({ name, columns }) =>
    isHistoryTable(name, new Map(columns.map((column) => [column.name, column.type.text]))),
  );
  return found.flatMap(({ schema, name }) => [name, ...(BESIDE[name] ?? [])].map((one) => ({ schema, name: one })));
}

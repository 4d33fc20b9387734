import { createHash } from "node:crypto";
import { byName } from "./assemble/sorted.ts";
import type { Catalog } from "./catalog.ts";
import type { Table } from "./model/table.ts";
import { stableJson } from "./stable-json.ts";

export interface FingerprintOptions {
  /** False: tables with the same columns in another order are the same. Default true. */
  readonly columnOrder?: boolean;
  /** False: owners and grants do not count. Default true. */
  readonly privileges?: boolean;
}

/**
 * sha256, hex, of the schema: equal for databases whose schemas say the same, however they came to be. Facts do not
 * count; neither do dependencies and those definitions that only repeat what other fields say.
 */
export function catalogFingerprint(catalog: Catalog, options: FingerprintOptions = {}): string {
  return createHash("sha256")
    .update(stableJson(fingerprinted(catalog, options)))
    .digest("hex");
}

function fingerprinted(catalog: Catalog, { columnOrder = true, privileges = true }: FingerprintOptions): unknown {
  const { facts: _, dependencies, ...schema } = catalog;
  const counted = {
    ...schema,
    ...(columnOrder ? {} : withoutOrder(schema)),
    // Written by ALTER … DEPENDS ON EXTENSION; the others follow from the definitions.
    dependencies: dependencies.filter(({ kind }) => kind === "extension"),
    defaultPrivileges: privileges ? schema.defaultPrivileges : [],
  };
  const omitted = privileges ? DERIVED : new Set([...DERIVED, ...privilegesIn(counted)]);
  return without(omitted, counted);
}

/** Fields as `list.field`, by the list that holds the object. */
type Fields = ReadonlySet<string>;

const DERIVED: Fields = new Set([
  "indexes.definition",
  "routines.definition",
  "routines.signature",
  "routines.defaults",
]);

const privilegesIn = (lists: object): string[] => [
  "columns.grants",
  // Of an identity column.
  "sequence.grants",
  ...Object.keys(lists).flatMap((list) => [`${list}.owner`, `${list}.grants`]),
];

function without(omitted: Fields, value: unknown, list = ""): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => without(omitted, item, list));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !omitted.has(`${list}.${key}`))
      .map(([key, item]) => [key, without(omitted, item, key)]),
  );
}

/** What shows in which order a table's columns are. */
const withoutOrder = ({
  tables,
  statistics,
  publications,
}: Pick<Catalog, "tables" | "statistics" | "publications">) => ({
  tables: tables.map(withoutColumnOrder),
  // Its columns and expressions say the same.
  statistics: statistics.map(({ definition: _, ...rest }) => rest),
  publications: publications.map((publication) => ({
    ...publication,
    tables: publication.tables.map((one) => ({ ...one, columns: one.columns?.toSorted() })),
  })),
});

function withoutColumnOrder(table: Table): unknown {
  return { ...table, columns: byName(table.columns).map(({ ordinal: _, ...column }) => column) };
}

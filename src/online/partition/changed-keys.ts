import type { Constraint } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { commentOnConstraint, commentOnIndex } from "../comments.ts";
import { concurrently, createLike } from "../index-definition.ts";
import { createKey } from "../rebuild/partitions.ts";
import type { InPlace, Kept } from "./in-place.ts";

/**
 * The indexes that stand by the time of the exchange: the new key, and where that is to be the primary key, of which a
 * table has one, a second index of the old one.
 */
export function keyIndexes(
  { shadow }: InPlace,
  kept: Kept,
): readonly { readonly name: string; readonly sql: string }[] {
  const { table } = shadow;
  const { constraint: _, comment: __, ...plain } = kept.index;
  const keys = { [kept.successor]: kept.columns };
  const successor = createKey(
    { ...plain, name: kept.successor },
    { ...shadow, fresh: table, layout: { by: "", columns: [], partitions: [], keys } },
  );
  return [
    ...successor.map((sql) => ({ name: kept.successor, sql: concurrently(sql) })),
    ...(kept.index.primary ? [{ name: kept.name, sql: concurrently(createLike(kept.index, table, kept.name)) }] : []),
  ];
}

const alter = (name: QualifiedName): string => `ALTER TABLE ${quoteQualified(name)}`;

const constraintOf = (table: Table, { constraint }: TableIndex): Constraint | undefined =>
  table.constraints.find(({ name }) => name === constraint);

const using = (type: Constraint["type"], name: string, index: string): string =>
  `ADD CONSTRAINT ${quoteIdentifier(name)} ${type === "primary key" ? "PRIMARY KEY" : "UNIQUE"} USING INDEX ${quoteIdentifier(index)}`;

/** The new key is a constraint where the old one is; that one stays under a name of its own. */
export function ownKey(table: Table, { index, name, successor }: Kept): readonly string[] {
  const constraint = constraintOf(table, index);
  const rename = `ALTER INDEX ${quoteQualified({ schema: table.schema, name: index.name })} RENAME TO ${quoteIdentifier(name)}`;
  if (constraint === undefined) return [rename];
  return [
    constraint.type === "primary key" ? `${alter(table)} DROP CONSTRAINT ${quoteIdentifier(constraint.name)}` : rename,
    `${alter(table)} ${using(constraint.type, successor, successor)}`,
  ];
}

/** @param first the table, which still has the name of a partition */
export function plainKey(table: Table, first: QualifiedName, { index, name, successor }: Kept): readonly string[] {
  const constraint = constraintOf(table, index);
  const { schema } = table;
  const rename = `ALTER INDEX ${quoteQualified({ schema, name })} RENAME TO ${quoteIdentifier(index.name)}`;
  // The index itself goes behind the transaction, by the way back of the step that built it.
  if (constraint === undefined) return [rename];
  const dropped = `${alter(first)} DROP CONSTRAINT ${quoteIdentifier(successor)}`;
  if (constraint.type !== "primary key") return [dropped, rename];
  const comments = [commentOnConstraint(first, constraint), commentOnIndex(first, index)];
  return [
    dropped,
    `${alter(first)} ${using(constraint.type, constraint.name, name)}`,
    ...comments.flatMap((sql) => sql ?? []),
    ...(index.clustered ? [`${alter(first)} CLUSTER ON ${quoteIdentifier(index.name)}`] : []),
  ];
}

/** What removes the old key from the partition. */
export function dropKept(table: Table, first: QualifiedName, { index, name }: Kept): string {
  const constraint = constraintOf(table, index);
  return constraint === undefined || constraint.type === "primary key"
    ? `DROP INDEX ${quoteQualified({ schema: first.schema, name })}`
    : `${alter(first)} DROP CONSTRAINT ${quoteIdentifier(name)}`;
}

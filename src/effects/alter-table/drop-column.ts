import type { Table } from "../../catalog/model/table.ts";
import { objectId } from "../../catalog/object-id.ts";
import { foreignKeysOf } from "../foreign-keys.ts";
import { type Alteration, columnOf, nameOf } from "./alteration.ts";
import { indexesOnColumn, kindOfId, namesOfId } from "./column-dependents.ts";
import { fallingWith, lockFalling } from "./dropped-with.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import { ownedSequences } from "./owned-sequences.ts";
import { lockPartner, lockReferencing, referencing } from "./references.ts";

/**
 * DROP COLUMN: no row is touched; indexes, constraints and the sequences it owns go with it, and partners of foreign keys
 * lose their triggers.
 *
 * Source: `ATExecDropColumn` in `src/backend/commands/tablecmds.c`; what goes with it, `performMultipleDeletions`.
 */
export function dropColumn(alteration: Alteration, { name = "", behavior, missing_ok }: Subcommand): void {
  const { table, recurses, state } = alteration;
  const column = missing_ok === true ? columnOf(table, name) : alteration.column(name);
  if (column === undefined) return;
  if (column.inheritedFrom > 0) alteration.refuse("42P16", `${nameOf(table)} inherits ${name}`);
  if (table.partitioning?.columns.includes(name) === true) {
    alteration.refuse("42P16", `${name} is in the partition key of ${nameOf(table)}`);
  }
  const below = state.childrenOf(table);
  if (!recurses && table.kind === "partitioned" && below.length > 0) {
    alteration.refuse("42P16", `${name} must be dropped from the partitions of ${nameOf(table)} too`);
  }
  // With ONLY the direct children still learn that the column is their own now.
  const tables = alteration.lockBelow(recurses ? alteration.descendants : below);
  const falling = [table, ...(recurses ? tables.filter((one) => losesColumn(one, name)) : [])];
  const ids = falling.map((one) => objectId("column", one.schema, one.name, name));
  for (const one of falling) dropOne(alteration, one, name);
  const dependents = fallingWith(ids, state).filter((id) => !goesAnyway(id, falling, name));
  if (behavior === "DROP_CASCADE") lockFalling(dependents, alteration);
  else {
    const refusing = dependents.find((id) => isNormal(id, ids, alteration));
    if (refusing !== undefined) {
      alteration.refuse(
        "2BP01",
        `${kindOfId(refusing)} ${namesOfId(refusing).join(".")} needs ${nameOf(table)}.${name}`,
      );
    }
  }
}

/** One that was defined on the child too stays there. */
const losesColumn = (table: Table, name: string): boolean => {
  const column = columnOf(table, name);
  return column !== undefined && !column.local && column.inheritedFrom <= 1;
};

function dropOne(alteration: Alteration, table: Table, name: string): void {
  const { state, effects } = alteration;
  for (const index of indexesOnColumn(table, name, state)) effects.lockIndex(table, index.name, "ACCESS EXCLUSIVE");
  for (const sequence of ownedSequences(table, state, name)) {
    effects.lock(sequence, "sequence", "sequence", "ACCESS EXCLUSIVE");
  }
  for (const key of foreignKeysOf(table)) {
    if (key.columns.includes(name)) lockPartner(table, key, state, effects, "ACCESS EXCLUSIVE");
  }
  for (const { table: from, key } of referencing(table, state)) {
    if (key.references.columns.includes(name) && from !== table) {
      lockReferencing(from, state, effects, "ACCESS EXCLUSIVE");
    }
  }
}

/** Indexes, constraints and defaults of the tables themselves; a constraint of the target of several columns as well. */
function goesAnyway(id: string, tables: readonly Table[], name: string): boolean {
  const kind = kindOfId(id);
  const [schema, table, part] = namesOfId(id);
  const isOwn = tables.some((one) => one.schema === schema && one.name === table);
  if (kind === "statistics") return true;
  if (kind === "index") return tables.some((one) => one.schema === schema && one.indexes.some((i) => i.name === table));
  if (kind === "constraint") return isOwn && !refersToItself(tables, schema, table, part, name);
  return kind === "default" && isOwn && part === name;
}

/** A foreign key of the table to its own column, from another one. */
function refersToItself(
  tables: readonly Table[],
  schema: string | undefined,
  table: string | undefined,
  constraint: string | undefined,
  name: string,
): boolean {
  const own = tables.find((one) => one.schema === schema && one.name === table);
  const key = own === undefined ? undefined : foreignKeysOf(own).find((one) => one.name === constraint);
  return key !== undefined && !key.columns.includes(name);
}

/** Whether only CASCADE takes it: an automatic dependent goes along by itself. */
const isNormal = (id: string, columns: readonly string[], { state }: Alteration): boolean =>
  columns.some((column) => state.dependentsOf(column).some(({ from, kind }) => from === id && kind === "normal"));

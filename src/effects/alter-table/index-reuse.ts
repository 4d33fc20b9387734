import type { Column } from "../../catalog/model/column.ts";
import type { TypeReference } from "../../catalog/model/names.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { sameType } from "../../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { defaultOperatorClass } from "./operator-classes.ts";
import { baseTypeOf, domainsOf } from "./written-type.ts";

/** A column whose type changes. */
export interface NewColumn {
  readonly old: Column;
  readonly type: TypeReference;
  /** Name of the new collation; `default` is the database's, undefined that of a type without. */
  readonly collation: string | undefined;
}

const COLLATED: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "citext"]);

/** The collation of a column: what is written, or else what its type brings. */
export function collationOf(
  type: TypeReference,
  written: WrittenName | undefined,
  state: CatalogState,
): string | undefined {
  if (written !== undefined) return written.name;
  const ofDomain = domainsOf(type, state).find(({ collation }) => collation !== undefined)?.collation;
  const { name } = baseTypeOf(type, state);
  return ofDomain?.name ?? (COLLATED.has(name) ? "default" : name === "name" ? "C" : undefined);
}

/**
 * Whether an index of the column is built again although the table is not written again.
 *
 * Source: `CheckIndexCompatible` in `src/backend/commands/indexcmds.c`: expressions and predicates are never looked into.
 * Indexes of partitions are made anew with the one of the partitioned table.
 */
export function indexIsRebuilt(index: TableIndex, column: NewColumn, state: CatalogState): boolean {
  const { old } = column;
  if (
    !index.valid ||
    index.parent !== undefined ||
    index.predicate !== undefined ||
    index.keys.some((key) => "expression" in key)
  )
    return true;
  const ofColumn = index.keys.filter((key) => "column" in key && key.column === old.name);
  return ofColumn.some(
    (key) =>
      (key.collation === undefined && column.collation !== collationOf(old.type, old.collation, state)) ||
      opclassChanges(index.method, key.opclass.name, column, state),
  );
}

/** Whether the index cannot be on the new type: its class was not written, and the type has none. */
export function lacksOpclass({ method, keys }: TableIndex, { old, type }: NewColumn, state: CatalogState): boolean {
  const base = baseTypeOf(type, state);
  if (base.schema !== "pg_catalog" || base.array || defaultOperatorClass(method, type, state) !== undefined)
    return false;
  const before = defaultOperatorClass(method, old.type, state);
  return keys.some((key) => "column" in key && key.column === old.name && key.opclass.name === before);
}

/** A class that was not written is chosen again for the new type. */
function opclassChanges(method: string, opclass: string, { old, type }: NewColumn, state: CatalogState): boolean {
  const before = defaultOperatorClass(method, old.type, state);
  const after = defaultOperatorClass(method, type, state);
  if (before !== opclass) return false;
  return before !== after || (POLYMORPHIC.has(opclass) && !sameElements(old.type, type, state));
}

const POLYMORPHIC: ReadonlySet<string> = new Set(["array_ops", "enum_ops", "range_ops", "multirange_ops"]);

const sameElements = (one: TypeReference, other: TypeReference, state: CatalogState): boolean => {
  const [first, second] = [baseTypeOf(one, state), baseTypeOf(other, state)];
  return sameType({ ...first, text: "" }, { ...second, text: "" });
};

/** Whether keys of the column compare by other operators from now on, so that foreign keys are proven again. */
export const operatorsChange = ({ old, type }: NewColumn, state: CatalogState): boolean =>
  defaultOperatorClass("btree", old.type, state) !== defaultOperatorClass("btree", type, state);

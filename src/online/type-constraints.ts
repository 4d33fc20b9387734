import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import { commentOnConstraint } from "./comments.ts";

/** A constraint that goes and comes again. */
export interface Standing {
  readonly table: QualifiedName;
  readonly name: string;
  readonly definition: string;
  /** What gives it its comments again, on the tables below too. */
  readonly comments: readonly string[];
}

/** The CHECKs over the columns that PostgreSQL would verify again: those that were proved, where they were defined. */
export const checksOn = (tables: readonly Table[], columns: readonly string[]): readonly Standing[] =>
  tables.flatMap((table) =>
    table.constraints
      .filter(
        ({ type, validated, enforced, inheritedFrom }) =>
          type === "check" && validated && enforced && inheritedFrom === 0,
      )
      .filter((one) => one.columns.some((column) => columns.includes(column)))
      .map(({ name, definition }) => ({
        table,
        name,
        definition,
        comments: tables.flatMap((one) => {
          const same = one.constraints.find((constraint) => constraint.name === name && constraint.type === "check");
          return same === undefined ? [] : (commentOnConstraint(one, same) ?? []);
        }),
      })),
  );

/** The foreign keys with one of the columns on either side. */
export function keysOn(tables: readonly Table[], columns: readonly string[], state: CatalogState): readonly Standing[] {
  const own = tables.flatMap((table) => table.constraints.map((key) => ({ table, key })));
  const others = tables
    .flatMap((table) => state.keysReferencing(table))
    .flatMap(({ table, constraint }) => {
      const key = state.table(table)?.constraints.find(({ name }) => name === constraint);
      return key === undefined ? [] : [{ table, key }];
    });
  const found = new Map<string, Standing>();
  for (const { table, key } of [...own, ...others]) {
    if (key.type !== "foreign key" || !key.validated || !key.enforced || key.parent !== undefined) continue;
    const isOn =
      (tables.some((one) => keyOf(one) === keyOf(table)) && key.columns.some((column) => columns.includes(column))) ||
      (tables.some((one) => keyOf(one) === keyOf(key.references)) &&
        key.references.columns.some((column) => columns.includes(column)));
    if (!isOn) continue;
    const comment = commentOnConstraint(table, key);
    const comments = comment === undefined ? [] : [comment];
    found.set(`${keyOf(table)} ${key.name}`, { table, name: key.name, definition: key.definition, comments });
  }
  return [...found.values()];
}

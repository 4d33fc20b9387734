import type { CheckConstraint } from "../../model/constraint.ts";
import type { QualifiedName } from "../../model/names.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { changeConstraint, changeTable, tableNow } from "./edit.ts";
import { forgetTexts } from "./names-in-texts.ts";
import { renameId } from "./rename-id.ts";
import { renamedInExpression } from "./renamed-in-expression.ts";

function renamedCheck(check: CheckConstraint, before: string, after: string): CheckConstraint {
  const expression = renamedInExpression(check.expression, before, after);
  return expression === undefined ? { ...check, definition: "" } : { ...check, expression };
}

/** A column of a table, in all that names it, and in the children that have it from there. */
export function renameColumn(state: CatalogState, table: QualifiedName, before: string, after: string): void {
  const { store } = state;
  const named = (name: string): string => (name === before ? after : name);
  const key = keyOf(table);
  forgetTexts(state, [objectId("column", table.schema, table.name, before)]);
  for (const { table: from, constraint } of state.keysReferencing(table)) {
    changeConstraint(state, from, constraint, (one) =>
      one.type === "foreign key"
        ? { ...one, references: { ...one.references, columns: one.references.columns.map(named) } }
        : one,
    );
  }
  changeTable(state, table, (one) => ({
    ...one,
    columns: one.columns.map((column) => (column.name === before ? { ...column, name: after } : column)),
    constraints: one.constraints.map((constraint) => {
      const columns = constraint.columns.map(named);
      return constraint.type === "check"
        ? renamedCheck({ ...constraint, columns: columns.toSorted() }, before, after)
        : constraint.type === "foreign key"
          ? { ...constraint, columns, onDeleteColumns: constraint.onDeleteColumns.map(named) }
          : { ...constraint, columns };
    }),
    indexes: one.indexes.map((index) => ({
      ...index,
      keys: index.keys.map((each) =>
        "column" in each
          ? { ...each, column: named(each.column) }
          : { ...each, expression: renamedInExpression(each.expression, before, after) ?? each.expression },
      ),
      include: index.include.map(named),
      ...(index.predicate === undefined
        ? {}
        : { predicate: renamedInExpression(index.predicate, before, after) ?? index.predicate }),
    })),
    triggers: one.triggers.map((trigger) => ({ ...trigger, columns: trigger.columns.map(named) })),
    ...(one.partitioning === undefined
      ? {}
      : {
          partitioning: {
            ...one.partitioning,
            columns: one.partitioning.columns.map((name) => (name === null ? name : named(name))),
          },
        }),
  }));
  for (const kind of ["column", "default"] as const) {
    renameId(state, objectId(kind, table.schema, table.name, before), objectId(kind, table.schema, table.name, after));
  }
  for (const one of store.linked("sequencesOf", key)) {
    const sequence = store.maps.sequences.get(one);
    if (sequence?.ownedBy?.column === before) {
      store.put("sequences", one, { ...sequence, ownedBy: { ...sequence.ownedBy, column: after } });
    }
  }
  for (const one of store.linked("statisticsOn", key)) {
    const statistics = store.maps.statistics.get(one);
    if (statistics !== undefined) {
      store.put("statistics", one, { ...statistics, columns: statistics.columns.map(named).toSorted() });
    }
  }
  for (const publication of [...store.maps.publications.values()]) {
    const tables = publication.tables.map((one) =>
      keyOf(one) === key
        ? {
            ...one,
            ...(one.columns === undefined ? {} : { columns: one.columns.map(named) }),
            ...(one.where === undefined ? {} : { where: renamedInExpression(one.where, before, after) ?? one.where }),
          }
        : one,
    );
    if (tables.some((one, place) => one !== publication.tables[place])) {
      store.put("publications", publication.name, { ...publication, tables });
    }
  }
  for (const child of state.childrenOf(table)) {
    if (tableNow(state, child)?.columns.some(({ name }) => name === before) === true) {
      renameColumn(state, child, before, after);
    }
  }
}

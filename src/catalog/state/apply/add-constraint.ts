import type { Constraint as ConstraintNode } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { CheckConstraint, Constraint, KeyConstraint } from "../../model/constraint.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { serverExpression } from "../texts/server-expression.ts";
import { addForeignKey } from "./add-foreign-key.ts";
import { freeIndexName, indexPartitions, putIndex } from "./add-index.ts";
import { columnNamed, elementsOf, indexKey, indexNeeds, keyNames, PLAIN_INDEX } from "./build-index.ts";
import { changeTable, depend, tableNow } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { freeConstraintName, freeRelationName } from "./generated-names.ts";
import { setNotNull } from "./not-null.ts";
import { defaultOpclass } from "./opclass.ts";
import { optionsOf } from "./options.ts";
import { referencesIn } from "./references.ts";
import { typesOfConstants } from "./types-of-constants.ts";

/** ADD CONSTRAINT in all of its forms, to a table that is known. */
export function addConstraint(state: CatalogState, name: QualifiedName, node: ConstraintNode): void {
  const table = tableNow(state, name);
  if (table === undefined) {
    return;
  }
  switch (node.contype) {
    case "CONSTR_CHECK":
      addCheck(state, table, node);
      break;
    case "CONSTR_NOTNULL":
      for (const column of namesOf(node.keys)) {
        setNotNull(state, table, column, {
          name: node.conname,
          noInherit: node.is_no_inherit === true,
          validated: node.skip_validation !== true,
        });
      }
      break;
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
      addKey(state, table, node);
      break;
    case "CONSTR_EXCLUSION":
      addExclusion(state, table, node);
      break;
    case "CONSTR_FOREIGN":
      addForeignKey(state, table, node);
      break;
    default:
  }
}

/** What all kinds of constraints have. */
export const sharedOf = (node: ConstraintNode, name: string): Omit<CheckConstraint, "type" | "expression"> => ({
  name,
  definition: "",
  columns: [],
  validated: node.skip_validation !== true,
  enforced: node.is_enforced !== false || node.contype === "CONSTR_PRIMARY" || node.contype === "CONSTR_UNIQUE",
  deferrable: node.deferrable === true,
  initiallyDeferred: node.initdeferred === true,
  noInherit: false,
  local: true,
  inheritedFrom: 0,
  triggersDisabled: false,
});

export const putTableConstraint = (state: CatalogState, table: QualifiedName, constraint: Constraint): void =>
  changeTable(state, table, (one) => ({ ...one, constraints: [...one.constraints, constraint] }));

function addCheck(state: CatalogState, table: Table, node: ConstraintNode): void {
  const found = referencesIn(node.raw_expr, state);
  const columns = [...new Set(found.columns.flatMap((parts) => parts.at(-1) ?? []))].filter(
    (name) => columnNamed(table, name) !== undefined,
  );
  const [only, another] = columns;
  const name =
    node.conname ??
    freeConstraintName(state, table.schema, [table.name, another === undefined ? only : undefined, "check"]);
  const spelled = serverExpression(node.raw_expr, { columns: table.columns, state });
  const check: CheckConstraint = {
    ...sharedOf(node, name),
    type: "check",
    // Settled when the statement is done, where there is one.
    definition: spelled === undefined ? "" : `CHECK (${spelled.sql})`,
    columns: columns.toSorted(),
    expression: spelled?.sql ?? expressionText(node.raw_expr),
    enforced: isEnforced(node),
    validated: node.skip_validation !== true && isEnforced(node),
    noInherit: node.is_no_inherit === true,
  };
  const id = (one: QualifiedName): string => objectId("constraint", one.schema, one.name, name);
  const put = (one: Table, constraint: CheckConstraint): void => {
    const same = one.constraints.find((each) => each.name === name);
    if (same !== undefined) {
      changeTable(state, one, (each) => ({
        ...each,
        constraints: each.constraints.map((old) =>
          old.name === name
            ? {
                ...old,
                inheritedFrom: old.inheritedFrom + constraint.inheritedFrom,
                local: old.local || constraint.local,
              }
            : old,
        ),
      }));
      return;
    }
    putTableConstraint(state, one, constraint);
    depend(
      state,
      id(one),
      columns.map((column) => objectId("column", one.schema, one.name, column)),
      "automatic",
    );
    depend(state, id(one), [...found.objects, ...typesOfConstants(node.raw_expr, table.columns, state)]);
    for (const child of constraint.noInherit ? [] : state.childrenOf(one)) {
      put(child, { ...check, local: false, inheritedFrom: 1 });
    }
  };
  put(table, check);
}

const isEnforced = (node: ConstraintNode): boolean =>
  node.is_enforced === true || node.initially_valid === true || node.skip_validation !== true;

function addKey(state: CatalogState, table: Table, node: ConstraintNode): void {
  const primary = node.contype === "CONSTR_PRIMARY";
  if (node.indexname !== undefined) {
    useIndex(state, table, node, primary);
    return;
  }
  const columns = namesOf(node.keys);
  const include = namesOf(node.including);
  const name =
    node.conname ??
    (primary
      ? freeRelationName(state, table.schema, [table.name, undefined, "pkey"], true)
      : freeIndexName(state, table, [...columns, ...include], "key"));
  if (primary) {
    for (const column of columns) {
      ensureNotNull(state, table, column);
    }
  }
  const method = node.without_overlaps === true ? "gist" : "btree";
  const now = tableNow(state, table) ?? table;
  const options = optionsOf(node.options);
  putIndex(state, table, {
    ...PLAIN_INDEX,
    name,
    method,
    unique: true,
    primary,
    nullsNotDistinct: node.nulls_not_distinct === true,
    keys: columns.map((column) => ({
      column,
      opclass: keyOpclass(now, column, method, state),
      descending: false,
      nullsFirst: false,
    })),
    include,
    partitioned: table.kind === "partitioned",
    constraint: name,
    ...(options === undefined ? {} : { options }),
    ...(node.indexspace === undefined ? {} : { tablespace: node.indexspace }),
  });
  const constraint: KeyConstraint = {
    ...sharedOf(node, name),
    type: primary ? "primary key" : "unique",
    columns,
    index: name,
    withoutOverlaps: node.without_overlaps === true,
  };
  putKey(state, table, constraint, [...columns, ...include]);
  indexPartitions(state, table, name);
}

function putKey(state: CatalogState, table: Table, constraint: Constraint, columns: readonly string[]): void {
  putTableConstraint(state, table, constraint);
  depend(
    state,
    objectId("constraint", table.schema, table.name, constraint.name),
    columns.map((column) => objectId("column", table.schema, table.name, column)),
    "automatic",
  );
}

function keyOpclass(table: Table, name: string, method: string, state: CatalogState): QualifiedName {
  const column = columnNamed(table, name);
  return column === undefined ? { schema: "pg_catalog", name: "" } : defaultOpclass(column.type, method, state);
}

function ensureNotNull(state: CatalogState, table: QualifiedName, column: string): void {
  const found = tableNow(state, table)?.columns.find(({ name }) => name === column);
  if (found !== undefined && (!found.notNull || found.notNullConstraint?.validated === false)) {
    setNotNull(state, table, column, {});
  }
}

/** ADD CONSTRAINT … USING INDEX: the index takes the constraint's name. */
function useIndex(state: CatalogState, table: Table, node: ConstraintNode, primary: boolean): void {
  const index = table.indexes.find(({ name }) => name === node.indexname);
  if (index === undefined) {
    return;
  }
  const name = node.conname ?? index.name;
  const columns = index.keys.flatMap((key) => ("column" in key ? key.column : []));
  state.store.setDependencies(objectId("index", table.schema, index.name), []);
  const used: TableIndex = { ...index, name, primary, constraint: name };
  changeTable(state, table, (one) => ({
    ...one,
    indexes: one.indexes.map((each) => (each.name === index.name ? used : each)),
  }));
  for (const column of primary ? columns : []) {
    ensureNotNull(state, table, column);
  }
  putKey(
    state,
    table,
    {
      ...sharedOf(node, name),
      type: primary ? "primary key" : "unique",
      columns,
      index: name,
      withoutOverlaps: false,
    },
    [...columns, ...index.include],
  );
}

function addExclusion(state: CatalogState, table: Table, node: ConstraintNode): void {
  const pairs = (node.exclusions ?? []).map((one) => nodeAs(one, "List")?.items ?? []);
  const elements = elementsOf(pairs.flatMap(([element]) => element ?? []));
  const operators = pairs.map(([, operator]) => {
    const names = namesOf(operator);
    return { schema: names.at(-2) ?? "pg_catalog", name: names.at(-1) ?? "" };
  });
  const method = node.access_method ?? "gist";
  const include = namesOf(node.including);
  const name = node.conname ?? freeIndexName(state, table, [...keyNames(elements), ...include], "excl");
  const options = optionsOf(node.options);
  putIndex(state, table, {
    ...PLAIN_INDEX,
    name,
    method,
    keys: elements.map((element) => indexKey(element, method, table, state)),
    include,
    partitioned: table.kind === "partitioned",
    constraint: name,
    ...(node.where_clause === undefined ? {} : { predicate: expressionText(node.where_clause) }),
    ...(options === undefined ? {} : { options }),
  });
  putTableConstraint(state, table, {
    ...sharedOf(node, name),
    type: "exclusion",
    // The server writes no number for an expression.
    columns: elements.map((element) => element.name ?? ""),
    index: name,
    operators,
  });
  const needs = indexNeeds(elements, node.where_clause, table, objectId("table", table.schema, table.name), state);
  depend(state, objectId("constraint", table.schema, table.name, name), needs.columns, "automatic");
  depend(state, objectId("constraint", table.schema, table.name, name), needs.objects);
  indexPartitions(state, table, name);
}

import type { Constraint as ConstraintNode, CreateStmt, RangeVar } from "libpg-query";
import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { Column } from "../../model/column.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { EMPTY_TABLE } from "../empty-table.ts";
import { keyOf } from "../key-of.ts";
import { relationAt } from "../relation-at.ts";
import { addConstraint } from "./add-constraint.ts";
import type { Appliers, Applying } from "./applier.ts";
import { type DefinedColumn, defineColumn, type NewTable, recordType } from "./define-column.ts";
import { changeColumn, depend, numbered, tableNow } from "./edit.ts";
import { freeConstraintName } from "./generated-names.ts";
import { inheritConstraints, inheritedColumns } from "./inherited.ts";
import { type Likeness, likeColumns, likeRest } from "./like.ts";
import { writtenName } from "./nodes.ts";
import { putConstraint } from "./not-null.ts";
import { optionsOf } from "./options.ts";
import { becomePartition, boundText, partitioningOf } from "./partitions.ts";
import { typeNamed } from "./type-reference.ts";

export const CREATE_TABLE_APPLIERS: Appliers = {
  CreateStmt: createTable,
  CreateForeignTableStmt(node, applying) {
    if (node.base !== undefined) {
      const options = optionsOf(node.options) ?? {};
      createTable(node.base, applying, { server: node.servername ?? "", options });
    }
  },
};

const PERSISTENCE = { u: "unlogged", t: "temporary" } as const;

/** The name that a new relation gets, and whether it lives longer than the session. */
export function newRelation(range: RangeVar | undefined, state: CatalogState): NewTable {
  const persistence = PERSISTENCE[(range?.relpersistence ?? "p") as keyof typeof PERSISTENCE] ?? "permanent";
  const isTemporary = persistence === "temporary" || range?.schemaname === "pg_temp";
  return {
    schema: isTemporary ? "pg_temp" : (range?.schemaname ?? state.creationSchema),
    name: range?.relname ?? "",
    persistence: isTemporary ? "temporary" : persistence,
  };
}

/** True when IF NOT EXISTS finds a relation of that name. */
export const isThere = (state: CatalogState, name: QualifiedName): boolean =>
  relationAt(state.store, keyOf(name)) !== undefined;

/** A table without anything in it. */
export function emptyTable(name: NewTable, state: CatalogState): Table {
  const tablespace = state.setting("default_tablespace") ?? "";
  return {
    ...name,
    kind: "ordinary",
    owner: state.user,
    accessMethod: state.setting("default_table_access_method") ?? "heap",
    ...(tablespace === "" ? {} : { tablespace }),
    ...EMPTY_TABLE,
  };
}

/** Puts a table that nobody has filled yet. */
export function putNewTable(state: CatalogState, table: Table, onCommit: string | undefined): void {
  state.store.put("tables", keyOf(table), table);
  state.store.sizes.set(keyOf(table), "new");
  state.store.facts.delete(keyOf(table));
  if (onCommit === "ONCOMMIT_DROP") {
    state.store.dropOnCommit.set(keyOf(table), { schema: table.schema, name: table.name });
  }
}

function createTable(node: CreateStmt, { state }: Applying, foreign?: Table["foreign"]): void {
  const name = newRelation(node.relation, state);
  if (node.if_not_exists === true && isThere(state, name)) {
    return;
  }
  const parents = nodesAs(node.inhRelations, "RangeVar").map((range) =>
    state.resolved({ schema: range.schemaname, name: range.relname ?? "" }),
  );
  const isPartition = node.partbound !== undefined;
  const elements = elementsOf(node, name, state);
  const inherited = inheritedColumns(parents, state);
  const columns = merged(inherited, elements.columns, isPartition);
  const table = tableFrom(node, name, { parents, columns, foreign }, state);
  putNewTable(state, table, node.oncommit);
  recordTable(table, parents, state);
  inheritConstraints(state, table, parents, isPartition);
  const constraints = [...nodesAs(node.constraints, "Constraint"), ...elements.constraints];
  addAll(state, table, constraints, isCheck);
  putNotNulls(state, table, elements, inherited);
  for (const like of elements.likes) {
    likeRest(state, table, like, "constraints");
  }
  addAll(state, table, constraints, ({ contype }) => contype === "CONSTR_PRIMARY");
  addAll(state, table, constraints, ({ contype }) => contype === "CONSTR_UNIQUE" || contype === "CONSTR_EXCLUSION");
  const [parent] = parents;
  if (isPartition && parent !== undefined) {
    becomePartition(state, table, parent);
  }
  addAll(state, table, constraints, ({ contype }) => contype === "CONSTR_FOREIGN");
  for (const like of elements.likes) {
    likeRest(state, table, like, "indexes");
  }
}

const isCheck = ({ contype }: ConstraintNode): boolean => contype === "CONSTR_CHECK";

function addAll(
  state: CatalogState,
  table: QualifiedName,
  constraints: readonly ConstraintNode[],
  isWanted: (constraint: ConstraintNode) => boolean,
): void {
  for (const constraint of constraints.filter(isWanted)) {
    addConstraint(state, table, constraint);
  }
}

interface Elements {
  readonly columns: readonly DefinedColumn[];
  readonly constraints: readonly ConstraintNode[];
  readonly likes: readonly Likeness[];
}

/** The elements between the brackets, in their order. */
function elementsOf(node: CreateStmt, name: NewTable, state: CatalogState): Elements {
  const columns: DefinedColumn[] = [...typedColumns(node, name, state)];
  const constraints: ConstraintNode[] = [];
  const likes: Likeness[] = [];
  for (const element of node.tableElts ?? []) {
    const definition = nodeAs(element, "ColumnDef");
    const constraint = nodeAs(element, "Constraint");
    const clause = nodeAs(element, "TableLikeClause");
    if (definition !== undefined) {
      const defined = defineColumn(definition, name, state);
      const place = columns.findIndex(({ column }) => column.name === defined.column.name);
      const typed = columns[place];
      if (typed === undefined) {
        columns.push(defined);
      } else {
        // WITH OPTIONS of a typed table: the type is the attribute's.
        columns[place] = { ...defined, column: { ...defined.column, type: typed.column.type } };
      }
      constraints.push(...defined.constraints);
    }
    if (constraint !== undefined) {
      constraints.push(constraint);
    }
    if (clause !== undefined) {
      const like = {
        options: clause.options ?? 0,
        source: writtenName([
          ...(clause.relation?.schemaname === undefined ? [] : [clause.relation.schemaname]),
          clause.relation?.relname ?? "",
        ]),
      };
      likes.push(like);
      columns.push(...likeColumns(state, name, like));
    }
  }
  return { columns, constraints, likes };
}

function typedColumns({ ofTypename }: CreateStmt, name: NewTable, state: CatalogState): readonly DefinedColumn[] {
  const type = ofTypename === undefined ? undefined : state.composite(writtenName(namesOf(ofTypename.names)));
  return (type?.attributes ?? []).map(({ comment: _, ...attribute }): DefinedColumn => {
    const column: Column = { ...attribute, ordinal: 0, notNull: false, local: true, inheritedFrom: 0 };
    recordType(column, name, state);
    return { column, notNull: undefined, constraints: [] };
  });
}

/** The columns of parents come first; those that the table names too become its own. */
function merged(inherited: readonly Column[], own: readonly DefinedColumn[], isPartition: boolean): readonly Column[] {
  const columns = [...inherited];
  for (const { column } of own) {
    const place = columns.findIndex(({ name }) => name === column.name);
    const before = columns[place];
    if (before === undefined) {
      columns.push(column);
      continue;
    }
    columns[place] = {
      ...before,
      local: !isPartition,
      notNull: before.notNull || column.notNull,
      ...(column.default === undefined ? {} : { default: column.default }),
      ...(column.generated === undefined ? {} : { generated: column.generated }),
      ...(column.identity === undefined ? {} : { identity: column.identity }),
    };
  }
  return numbered(columns);
}

interface TableParts {
  readonly parents: readonly QualifiedName[];
  readonly columns: readonly Column[];
  readonly foreign: Table["foreign"];
}

function tableFrom(
  node: CreateStmt,
  name: NewTable,
  { parents, columns, foreign }: TableParts,
  state: CatalogState,
): Table {
  const options = optionsOf(node.options);
  const [parent] = parents;
  const { accessMethod, tablespace, ...plain } = emptyTable(name, state);
  const partitioning = node.partspec === undefined ? undefined : partitioningOf(node.partspec);
  const method = node.accessMethod ?? (partitioning === undefined ? accessMethod : undefined);
  const space = node.tablespacename ?? tablespace;
  return {
    ...plain,
    columns: columns.map(({ notNullConstraint: _, ...column }) => column),
    ...(foreign === undefined ? {} : { kind: "foreign", foreign }),
    ...(foreign !== undefined || method === undefined ? {} : { accessMethod: method }),
    ...(foreign !== undefined || space === undefined ? {} : { tablespace: space }),
    ...(options === undefined ? {} : { options }),
    ...(partitioning === undefined ? {} : { kind: "partitioned", partitioning }),
    ...(node.ofTypename === undefined ? {} : { ofType: typeNamed(writtenName(namesOf(node.ofTypename.names)), state) }),
    ...(node.partbound === undefined || parent === undefined
      ? { inherits: parents }
      : { partitionOf: { parent, bound: boundText(node.partbound), detachPending: false } }),
  };
}

function recordTable(table: Table, parents: readonly QualifiedName[], state: CatalogState): void {
  const id = objectId("table", table.schema, table.name);
  depend(
    state,
    id,
    parents.map((parent) => objectId("table", parent.schema, parent.name)),
    table.partitionOf === undefined ? "normal" : "automatic",
  );
  if (table.ofType !== undefined) {
    depend(state, id, [objectId("type", table.ofType.schema, table.ofType.name)]);
  }
  if (table.foreign !== undefined) {
    depend(state, id, [objectId("foreign server", table.foreign.server)]);
  }
  for (const column of table.columns) {
    recordType(column, table, state);
  }
}

/** On servers that have them: a constraint for every column that is NOT NULL by itself or by a parent. */
function putNotNulls(state: CatalogState, table: Table, elements: Elements, inherited: readonly Column[]): void {
  if (state.major < 18) {
    for (const node of elements.constraints.filter(({ contype }) => contype === "CONSTR_NOTNULL")) {
      for (const column of namesOf(node.keys)) {
        changeColumn(state, table, column, (one) => ({ ...one, notNull: true }));
      }
    }
    return;
  }
  const named = elements.constraints.filter(({ contype }) => contype === "CONSTR_NOTNULL");
  for (const { name: column } of tableNow(state, table)?.columns ?? []) {
    const fromParent = inherited.find(({ name }) => name === column)?.notNullConstraint;
    const own = elements.columns.find((one) => one.column.name === column)?.notNull;
    const asConstraint = named.find(({ keys }) => namesOf(keys).includes(column));
    if (fromParent === undefined && own === undefined && asConstraint === undefined) {
      continue;
    }
    const local = own !== undefined || asConstraint !== undefined;
    putConstraint(state, table, column, {
      name:
        own?.name ??
        asConstraint?.conname ??
        fromParent?.name ??
        freeConstraintName(state, table.schema, [table.name, column, "not_null"]),
      validated: true,
      noInherit: own?.noInherit === true || asConstraint?.is_no_inherit === true,
      local,
      inheritedFrom: fromParent?.inheritedFrom ?? 0,
    });
  }
}

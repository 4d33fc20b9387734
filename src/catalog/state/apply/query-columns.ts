import type { SelectStmt } from "libpg-query";
import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { QualifiedName, TypeReference } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import { type ObjectId, objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { figuredName } from "./figured-name.ts";
import { relationId } from "./find-object.ts";
import { inferredType, isUnknown, type Typed } from "./inferred-type.ts";
import { keysGroupedBy, type PrimaryKey } from "./keys-grouped-by.ts";
import { nameOfRange } from "./nodes.ts";
import { referencesIn } from "./references.ts";
import { builtIn } from "./type-reference.ts";
import { typesOfConstants } from "./types-of-constants.ts";

/** A column that a query gives. */
export interface QueryColumn {
  readonly name: string;
  readonly type: TypeReference;
  readonly collation?: QualifiedName;
}

interface SourceColumn extends QueryColumn {
  readonly id: ObjectId | undefined;
}

/** Something in FROM: its name there, its columns, and what it is. */
interface Source {
  readonly alias: string;
  readonly columns: readonly SourceColumn[];
  readonly relation: ObjectId | undefined;
  readonly key?: PrimaryKey;
  /** Columns that USING or NATURAL leaves out of a star. */
  readonly hidden: ReadonlySet<string>;
}

export interface QueryShape {
  readonly columns: readonly QueryColumn[];
  /** What the query cannot be without. */
  readonly needs: readonly ObjectId[];
}

type Scope = ReadonlyMap<string, readonly QueryColumn[]>;

/** The columns of a query and what it depends on, as far as that can be told without the server. */
export function queryShape(query: SelectStmt, state: CatalogState): QueryShape {
  const needs = new Set<ObjectId>();
  const columns = shapeOf(query, state, new Map(), [], needs);
  return { columns, needs: [...needs] };
}

function shapeOf(
  query: SelectStmt,
  state: CatalogState,
  outerTables: Scope,
  outerSources: readonly Source[],
  needs: Set<ObjectId>,
): readonly QueryColumn[] {
  const tables = new Map(outerTables);
  for (const table of nodesAs(query.withClause?.ctes, "CommonTableExpr")) {
    const inner = nodeAs(table.ctequery, "SelectStmt");
    const name = table.ctename ?? "";
    const first = inner?.op === "SETOP_UNION" && query.withClause?.recursive === true ? inner.larg : undefined;
    if (first !== undefined) {
      tables.set(name, renamed(shapeOf(first, state, tables, outerSources, needs), namesOf(table.aliascolnames)));
    }
    const columns = inner === undefined ? [] : shapeOf(inner, state, tables, outerSources, needs);
    tables.set(name, renamed(columns, namesOf(table.aliascolnames)));
  }
  if (query.larg !== undefined && query.rarg !== undefined) {
    const left = shapeOf(query.larg, state, tables, outerSources, needs);
    const right = shapeOf(query.rarg, state, tables, outerSources, needs);
    return left.map((column, place) => {
      const other = right[place];
      return isUnknown(column.type) && other !== undefined ? { ...column, type: other.type } : column;
    });
  }
  const [values] = query.valuesLists ?? [];
  if (values !== undefined) {
    return (nodeAs(values, "List")?.items ?? []).map((node, place) => ({
      name: `column${place + 1}`,
      type: asText(inferredType(node, [], state)),
    }));
  }
  const inner = (part: SelectStmt, sources: readonly Source[]): readonly QueryColumn[] =>
    shapeOf(part, state, tables, sources, needs);
  const sources = (query.fromClause ?? []).flatMap((node) =>
    sourcesOf(node, state, tables, inner, needs, outerSources),
  );
  for (const { relation, columns } of sources) {
    // A relation of which no column is used is needed as a whole.
    if (relation !== undefined && columns.every(({ id }) => id !== undefined)) {
      needs.add(relation);
    }
  }
  for (const id of keysGroupedBy(query, sources)) {
    needs.add(id);
  }
  const scope = [...sources, ...outerSources];
  const { withClause: _, fromClause: from, ...parts } = query;
  const joins = (from ?? []).map(conditionsOf);
  const found = referencesIn([parts, joins], state, (part) => inner(part as SelectStmt, scope));
  for (const id of [...found.objects, ...typesOfConstants([parts, joins], typed(scope), state)]) {
    needs.add(id);
  }
  for (const parts_ of found.columns) {
    for (const column of columnsMeant(parts_, sources, scope)) {
      if (column.id !== undefined) {
        needs.add(column.id);
      }
    }
  }
  return nodesAs(query.targetList, "ResTarget").flatMap((target) => targetColumns(target, scope, sources, state));
}

function targetColumns(
  target: { readonly name?: string; readonly val?: PgNode },
  scope: readonly Source[],
  sources: readonly Source[],
  state: CatalogState,
): readonly QueryColumn[] {
  const fields = (nodeAs(target.val, "ColumnRef")?.fields ?? []).map((field) => nodeAs(field, "String")?.sval ?? "*");
  if (fields.at(-1) === "*") {
    return columnsMeant(fields, sources, scope).map(plain);
  }
  const [column] = fields.length === 0 ? [] : columnsMeant(fields, sources, scope);
  if (column !== undefined) {
    return [{ ...plain(column), name: target.name ?? column.name }];
  }
  return [
    { name: target.name ?? figuredName(target.val), type: asText(inferredType(target.val, typed(scope), state)) },
  ];
}

const typed = (scope: readonly Source[]): readonly Typed[] =>
  scope.flatMap(({ alias, columns }) => columns.map((one) => ({ ...one, alias })));

const plain = ({ name, type, collation }: SourceColumn): QueryColumn => ({
  name,
  type,
  ...(collation === undefined ? {} : { collation }),
});

/** A constant in quotes is text when nothing else says what it is. */
const asText = (type: TypeReference): TypeReference => (isUnknown(type) ? builtIn("text") : type);

/** The columns that a reference stands for: one, or those behind a star. */
function columnsMeant(
  parts: readonly string[],
  sources: readonly Source[],
  scope: readonly Source[],
): readonly SourceColumn[] {
  const name = parts.at(-1) ?? "";
  const alias = parts.at(-2);
  if (name === "*") {
    return alias === undefined
      ? sources.flatMap(({ columns, hidden }) => columns.filter((column) => !hidden.has(column.name)))
      : (scope.find((source) => source.alias === alias)?.columns ?? []);
  }
  const from = alias === undefined ? scope : scope.filter((source) => source.alias === alias);
  const [found] = from.flatMap(({ columns }) => columns.filter((column) => column.name === name));
  if (found !== undefined || alias !== undefined) {
    return found === undefined ? [] : [found];
  }
  // A relation's name alone is its whole row.
  return scope.find((source) => source.alias === name)?.columns ?? [];
}

function sourcesOf(
  node: PgNode,
  state: CatalogState,
  tables: Scope,
  inner: (query: SelectStmt, sources: readonly Source[]) => readonly QueryColumn[],
  needs: Set<ObjectId>,
  outer: readonly Source[],
): readonly Source[] {
  const again = (one: PgNode | undefined): readonly Source[] =>
    one === undefined ? [] : sourcesOf(one, state, tables, inner, needs, outer);
  const range = nodeAs(node, "RangeVar");
  if (range !== undefined) {
    const alias = range.alias?.aliasname ?? range.relname ?? "";
    const common = range.schemaname === undefined ? tables.get(range.relname ?? "") : undefined;
    const names = namesOf(range.alias?.colnames);
    if (common !== undefined) {
      return [source(alias, renamed(common, names), undefined)];
    }
    return [relationSource(alias, nameOfRange(range), names, state)];
  }
  const join = nodeAs(node, "JoinExpr");
  if (join !== undefined) {
    const left = again(join.larg);
    const right = again(join.rarg);
    const shared =
      join.isNatural === true
        ? left.flatMap(({ columns }) => columns.map(({ name }) => name))
        : namesOf(join.usingClause);
    for (const { columns } of [...left, ...right]) {
      for (const { name, id } of columns) {
        if (shared.includes(name) && id !== undefined) {
          needs.add(id);
        }
      }
    }
    return [...left, ...right.map((one) => ({ ...one, hidden: new Set([...one.hidden, ...shared]) }))];
  }
  const select = nodeAs(node, "RangeSubselect");
  const query = nodeAs(select?.subquery, "SelectStmt");
  if (select !== undefined && query !== undefined) {
    const columns = renamed(inner(query, outer), namesOf(select.alias?.colnames));
    return [source(select.alias?.aliasname ?? "", columns, undefined)];
  }
  const called = nodeAs(node, "RangeFunction");
  if (called !== undefined) {
    for (const id of referencesIn(called, state).objects) {
      needs.add(id);
    }
    const name = called.alias?.aliasname ?? "";
    const names = namesOf(called.alias?.colnames);
    const columns = (names.length === 0 ? [name] : names).map((one) => ({ name: one, type: builtIn("unknown") }));
    return [source(name, columns, undefined)];
  }
  return [];
}

const source = (alias: string, columns: readonly QueryColumn[], relation: ObjectId | undefined): Source => ({
  alias,
  columns: columns.map((column) => ({ ...column, id: undefined })),
  relation,
  hidden: new Set(),
});

function relationSource(
  alias: string,
  name: { readonly schema?: string | undefined; readonly name: string },
  names: readonly string[],
  state: CatalogState,
): Source {
  const found = state.relation(name);
  if (found?.kind !== "table" && found?.kind !== "view" && found?.kind !== "materialized view") {
    return source(alias, [], undefined);
  }
  const { schema, name: full } = found.is;
  return {
    alias,
    columns: found.is.columns.map(({ name: column, type, collation }, place) => ({
      name: names[place] ?? column,
      type,
      ...(collation === undefined ? {} : { collation }),
      id: objectId("column", schema, full, column),
    })),
    relation: relationId(found),
    ...(found.kind === "table" ? primaryKey(found.is) : {}),
    hidden: new Set(),
  };
}

function primaryKey({ schema, name, constraints }: Table): { readonly key?: PrimaryKey } {
  const key = constraints.find(({ type, deferrable }) => type === "primary key" && !deferrable);
  return key === undefined ? {} : { key: { id: objectId("constraint", schema, name, key.name), columns: key.columns } };
}

/** The conditions of joins, without the sources themselves. */
function conditionsOf(node: PgNode): unknown {
  const join = nodeAs(node, "JoinExpr");
  return join === undefined
    ? undefined
    : [join.quals, ...[join.larg, join.rarg].map((side) => (side === undefined ? undefined : conditionsOf(side)))];
}

export const renamed = (columns: readonly QueryColumn[], names: readonly string[]): readonly QueryColumn[] =>
  columns.map((column, place) => ({ ...column, name: names[place] ?? column.name }));

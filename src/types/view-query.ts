import type { RangeVar, SelectStmt } from "libpg-query";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import { type PgNode, taggedNode } from "../sql/parse-statement.ts";
import { type ColumnFacts, isNeverNull } from "./never-null.ts";

/** What is known of a column that a query gives or reads. */
export interface QueryColumn extends ColumnFacts {
  readonly name: string;
}

/** The columns of a relation in their order; undefined for one that is not known. */
export type FindColumns = (range: RangeVar) => readonly QueryColumn[] | undefined;

/** What stands in FROM: a name and its columns. */
interface Source {
  readonly name: string;
  readonly columns: readonly QueryColumn[];
}

/**
 * What can be told of the columns of a query as PostgreSQL prints it: `*` is spelled out, names stand in front of columns
 * wherever there is more than one relation.
 *
 * @returns undefined when not even their number can be told
 */
export function queryColumns(query: SelectStmt, find: FindColumns): readonly QueryColumn[] | undefined {
  const known = withCommonTables(query, find);
  if (query.op !== undefined && query.op !== "SETOP_NONE") {
    return setColumns(query, known);
  }
  if (query.valuesLists !== undefined) {
    return valuesColumns(query.valuesLists);
  }
  const sources = (query.fromClause ?? []).flatMap((node) => sourcesOf(node, known));
  const holds = notNullConditions(query.whereClause);
  // In the rows of a grouping set what the others are grouped by is null.
  const hasGroupingSets = nodesAs(query.groupClause, "GroupingSet").length > 0;
  const column = (path: readonly string[]): ColumnFacts => {
    const { neverNull = false, isCastWhole = false } = columnAt(sources, path) ?? {};
    return { neverNull: neverNull || holds.has(JSON.stringify(path)), isCastWhole };
  };
  return nodesAs(query.targetList, "ResTarget").map(({ name, val }) => {
    const path = namesOf(nodeAs(val, "ColumnRef")?.fields);
    return {
      name: name ?? path.at(-1) ?? "",
      neverNull: val !== undefined && !hasGroupingSets && isNeverNull(val, column),
      isCastWhole: column(path).isCastWhole,
    };
  });
}

function withCommonTables({ withClause }: SelectStmt, find: FindColumns): FindColumns {
  const tables = new Map<string, readonly QueryColumn[] | undefined>();
  const known: FindColumns = (range) => {
    const name = range.relname ?? "";
    return range.schemaname === undefined && tables.has(name) ? tables.get(name) : find(range);
  };
  for (const { ctename = "", ctequery, aliascolnames } of nodesAs(withClause?.ctes, "CommonTableExpr")) {
    // One that is recursive finds nothing known under its own name.
    tables.set(ctename, undefined);
    const query = nodeAs(ctequery, "SelectStmt");
    tables.set(ctename, query === undefined ? undefined : renamed(queryColumns(query, known), namesOf(aliascolnames)));
  }
  return known;
}

function setColumns({ op, larg, rarg }: SelectStmt, find: FindColumns): readonly QueryColumn[] | undefined {
  const left = larg === undefined ? undefined : queryColumns(larg, find);
  const right = rarg === undefined ? undefined : queryColumns(rarg, find);
  return left?.map((column, at) => {
    const one = column.neverNull;
    const other = right?.[at]?.neverNull === true;
    if (op === "SETOP_EXCEPT") return column;
    return { ...column, neverNull: op === "SETOP_INTERSECT" ? one || other : one && other };
  });
}

function valuesColumns(lists: readonly PgNode[]): readonly QueryColumn[] {
  const rows = nodesAs(lists, "List").map(({ items = [] }) => items);
  return (rows[0] ?? []).map((_, at) => ({
    name: `column${at + 1}`,
    neverNull: rows.every((row) => row[at] !== undefined && isNeverNull(row[at], () => undefined)),
    isCastWhole: false,
  }));
}

function sourcesOf(from: PgNode, find: FindColumns): readonly Source[] {
  const { tag, node } = taggedNode(from);
  switch (tag) {
    case "RangeVar": {
      const name = node.alias?.aliasname ?? node.relname ?? "";
      return [{ name, columns: renamed(find(node), namesOf(node.alias?.colnames)) ?? [] }];
    }
    case "RangeSubselect": {
      const query = nodeAs(node.subquery, "SelectStmt");
      const columns = query === undefined ? undefined : queryColumns(query, find);
      return [{ name: node.alias?.aliasname ?? "", columns: renamed(columns, namesOf(node.alias?.colnames)) ?? [] }];
    }
    case "JoinExpr": {
      const left = node.larg === undefined ? [] : sourcesOf(node.larg, find);
      const right = node.rarg === undefined ? [] : sourcesOf(node.rarg, find);
      const both = [
        ...(node.jointype === "JOIN_RIGHT" || node.jointype === "JOIN_FULL" ? left.map(nullable) : left),
        ...(node.jointype === "JOIN_LEFT" || node.jointype === "JOIN_FULL" ? right.map(nullable) : right),
      ];
      // The name of a join hides those within it.
      return node.alias === undefined ? both : [];
    }
    default:
      return [];
  }
}

const nullable = ({ name, columns }: Source): Source => ({
  name,
  columns: columns.map((column) => ({ ...column, neverNull: false })),
});

function renamed(
  columns: readonly QueryColumn[] | undefined,
  names: readonly string[],
): readonly QueryColumn[] | undefined {
  return columns?.map((column, at) => ({ ...column, name: names[at] ?? column.name }));
}

/** A name alone may be that of columns that USING made one: either of them. */
function columnAt(sources: readonly Source[], path: readonly string[]): ColumnFacts | undefined {
  const column = path.at(-1);
  const among = path.length === 1 ? sources : path.length === 2 ? sources.filter(({ name }) => name === path[0]) : [];
  const found = among.flatMap(({ columns }) => columns.filter(({ name }) => name === column));
  return found.length === 0
    ? undefined
    : {
        neverNull: found.every(({ neverNull }) => neverNull),
        isCastWhole: found.every(({ isCastWhole }) => isCastWhole),
      };
}

/** Columns of which WHERE says IS NOT NULL, alone or beside other conditions. */
function notNullConditions(where: PgNode | undefined): ReadonlySet<string> {
  const test = nodeAs(where, "NullTest");
  const column = test?.nulltesttype === "IS_NOT_NULL" ? nodeAs(test.arg, "ColumnRef") : undefined;
  if (column !== undefined) {
    return new Set([JSON.stringify(namesOf(column.fields))]);
  }
  const all = nodeAs(where, "BoolExpr");
  return new Set(all?.boolop === "AND_EXPR" ? (all.args ?? []).flatMap((one) => [...notNullConditions(one)]) : []);
}

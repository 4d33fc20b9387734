import type { Table } from "../../catalog/model/table.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { parsedNode } from "../../sql/parsed-node.ts";
import { offsetOfByte } from "../../sql/source-map.ts";
import { tokenize } from "../../sql/tokens.ts";
import { walk } from "../../sql/walk.ts";

/** A place in an expression that names a column of its table. */
export interface ColumnReference {
  readonly column: string;
  /** Offsets in the expression's text (UTF-16 units). */
  readonly start: number;
  readonly end: number;
}

/** What an expression on a row says of its columns, or why it cannot be told. */
export type ReferencesFound = { readonly references: readonly ColumnReference[] } | { readonly reason: string };

/**
 * Where an expression names columns of the table, as `c`, `t.c` or `s.t.c`: told by the parser, so that strings,
 * functions, types and longer names that contain a column's are left alone.
 *
 * Whole rows, system columns and queries have no place in a trigger that is cheap, and are reasons to refuse.
 */
export function columnReferences(expression: string, table: Table): ReferencesFound {
  const tree = parsedNode(`${SELECT}${expression}`, "SelectStmt");
  if (tree === undefined) return { reason: `the expression ${expression} is not understood` };
  const nodes: NodeOf<"ColumnRef">[] = [];
  let hasQuery = false;
  walk(tree.targetList, (tag, fields) => {
    if (tag === "ColumnRef") nodes.push(fields as NodeOf<"ColumnRef">);
    hasQuery ||= tag === "SubLink";
  });
  if (hasQuery) return { reason: `the expression ${expression} has a query in it` };
  const tokens = tokenize(expression);
  const references: ColumnReference[] = [];
  for (const { fields = [], location = 0 } of nodes) {
    const names = nodesAs(fields, "String").map(({ sval }) => sval ?? "");
    const column = names.at(-1) ?? "";
    const isOwn =
      names.length === fields.length &&
      (names.length < 2 || names.at(-2) === table.name) &&
      (names.length < 3 || names.at(-3) === table.schema) &&
      table.columns.some(({ name }) => name === column);
    if (!isOwn) return { reason: `${names.join(".") || "*"} is no column of ${table.name}` };
    const start = offsetOfByte(expression, location - SELECT.length);
    const first = tokens.findIndex((token) => token.start === start);
    const last = tokens[first + 2 * (names.length - 1)];
    if (first === -1 || last === undefined) return { reason: `the expression ${expression} is not understood` };
    references.push({ column, start, end: last.end });
  }
  return { references: references.sort((one, other) => one.start - other.start) };
}

/** The expression with each reference replaced. */
export function replaceReferences(
  expression: string,
  references: readonly ColumnReference[],
  replace: (column: string) => string,
): string {
  let text = "";
  let at = 0;
  for (const { column, start, end } of references) {
    text += expression.slice(at, start) + replace(column);
    at = end;
  }
  return text + expression.slice(at);
}

const SELECT = "SELECT ";

import { joinNames, makeObjectName } from "../sql/generated-name.ts";
import type { NodeOf, PgNode } from "../sql/parse-statement.ts";

/** How many names are tried for one index. */
const TRIES = 100;

/**
 * The names PostgreSQL would try for an unnamed index, in its order: `table_columns_idx`, `table_columns_idx1`, …
 * Undefined where the statement names its index.
 *
 * Source: `ChooseIndexName` and `ChooseIndexColumnNames` in PostgreSQL's `src/backend/commands/indexcmds.c`.
 */
export function namesForIndex(node: NodeOf<"IndexStmt">): readonly string[] | undefined {
  if (node.idxname !== undefined && node.idxname !== "") {
    return undefined;
  }
  const table = node.relation?.relname ?? "";
  const columns = joinNames(columnNames(node));
  return Array.from({ length: TRIES }, (_, at) => makeObjectName(table, columns, at === 0 ? "idx" : `idx${at}`));
}

/** Columns by their names, calls by their function's, other expressions as `expr`; what occurs twice is numbered. */
function columnNames({ indexParams = [], indexIncludingParams = [] }: NodeOf<"IndexStmt">): string[] {
  const names: string[] = [];
  for (const param of [...indexParams, ...indexIncludingParams]) {
    const element = "IndexElem" in param ? param.IndexElem : {};
    const wanted = element.name ?? calledName(element.expr) ?? "expr";
    let name = wanted;
    for (let number = 1; names.includes(name); number++) {
      name = `${wanted}${number}`;
    }
    names.push(name);
  }
  return names;
}

function calledName(expression: PgNode | undefined): string | undefined {
  const name = expression !== undefined && "FuncCall" in expression ? expression.FuncCall.funcname?.at(-1) : undefined;
  return name !== undefined && "String" in name ? name.String.sval : undefined;
}

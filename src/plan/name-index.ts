import type { NodeOf, PgNode } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { tokenize } from "../sql/tokens.ts";

/** NAMEDATALEN - 1: what PostgreSQL keeps of a name, in bytes. */
const MAX_NAME_BYTES = 63;

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
  const columns = columnNames(node).join("_");
  return Array.from({ length: TRIES }, (_, at) => generatedName(table, columns, at === 0 ? "idx" : `idx${at}`));
}

/** Puts its name into the text of an unnamed `CREATE INDEX`: only a named index can be probed after a crash. */
export function withIndexName(sql: string, name: string): string {
  const on = tokenize(sql).find((token) => token.kind === "word" && /^on$/i.test(token.text));
  const at = on?.start ?? 0;
  return `${sql.slice(0, at)}${quoteIdentifier(name)} ${sql.slice(at)}`;
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

/** PostgreSQL's `makeObjectName`: shortens the longer of both parts until everything fits. */
function generatedName(table: string, columns: string, label: string): string {
  let first = table;
  let second = columns;
  while (Buffer.byteLength(`${first}_${second}_${label}`) > MAX_NAME_BYTES) {
    if (Buffer.byteLength(first) > Buffer.byteLength(second)) {
      first = [...first].slice(0, -1).join("");
    } else {
      second = [...second].slice(0, -1).join("");
    }
  }
  return `${first}_${second}_${label}`;
}

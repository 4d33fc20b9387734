import type { NodeOf } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { tokenize } from "../sql/tokens.ts";

/** NAMEDATALEN - 1: what PostgreSQL keeps of a name, in bytes. */
const MAX_NAME_BYTES = 63;

/**
 * Gives an unnamed `CREATE INDEX CONCURRENTLY` the name PostgreSQL would prefer (`table_columns_idx`), because only a
 * named index can be probed after a crash. Already named statements come back as they are.
 */
export function nameIndex(node: NodeOf<"IndexStmt">, sql: string): { readonly sql: string; readonly name: string } {
  if (node.idxname !== undefined && node.idxname !== "") {
    return { sql, name: node.idxname };
  }
  const columns = (node.indexParams ?? []).map((param) =>
    "IndexElem" in param && param.IndexElem.name !== undefined ? param.IndexElem.name : "expr",
  );
  const name = generatedName(node.relation?.relname ?? "", columns.join("_"), "idx");
  const on = tokenize(sql).find((token) => token.kind === "word" && /^on$/i.test(sql.slice(token.start, token.end)));
  const at = on?.start ?? 0;
  return { sql: `${sql.slice(0, at)}${quoteIdentifier(name)} ${sql.slice(at)}`, name };
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

import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { walk } from "../../sql/walk.ts";

/** The distinct columns an expression names; undefined where a whole row is among them. */
export function columnsIn(expression: PgNode | undefined): readonly string[] | undefined {
  const columns = new Set<string>();
  let certain = true;
  walk(expression, (tag, fields) => {
    if (tag !== "ColumnRef") return;
    const names = nodesAs((fields as { readonly fields?: PgNode[] }).fields, "String");
    const last = (fields as { readonly fields?: PgNode[] }).fields?.at(-1);
    if (last === undefined || nodeAs(last, "A_Star") !== undefined) certain = false;
    else columns.add(names.at(-1)?.sval ?? "");
  });
  return certain ? [...columns] : undefined;
}

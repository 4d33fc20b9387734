import type { NodeOf } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { tokenize } from "../../sql/tokens.ts";
import type { Part } from "../context.ts";
import { all, sqlName, written } from "../tree.ts";

/** An index of a partitioned table made online: on the parent alone, on each known partition, and attached. */
export function partitionedIndex(index: NodeOf<"IndexStmt">, part: Part): string {
  const parent = written(index.relation);
  const name = index.idxname ?? `${parent.name}_${columnsOf(index).join("_")}_idx`;
  const tail = textBehindTable(part.context.source.text);
  const unique = index.unique === true ? "UNIQUE " : "";
  const leaves = part.state.descendantsOf(part.state.resolved(parent)).filter(({ kind }) => kind === "ordinary");
  const lines = leaves.flatMap((leaf) => {
    const own = `${leaf.name}_${columnsOf(index).join("_") || "key"}_idx`;
    return [
      `CREATE ${unique}INDEX CONCURRENTLY ${quoteIdentifier(own)} ON ${sqlName(leaf)}${tail};`,
      `ALTER INDEX ${sqlName({ ...parent, name })} ATTACH PARTITION ${sqlName({ schema: leaf.schema, name: own })};`,
    ];
  });
  return [`CREATE ${unique}INDEX ${quoteIdentifier(name)} ON ONLY ${sqlName(parent)}${tail};`, ...lines].join("\n");
}

const columnsOf = (index: NodeOf<"IndexStmt">): readonly string[] =>
  all("IndexElem", index.indexParams).flatMap(({ name }) => name ?? []);

/** ` USING gin (tags) WHERE …`: all that follows the table's name. */
function textBehindTable(text: string): string {
  const tokens = tokenize(text);
  let at = tokens.findIndex(({ kind, text: word }) => kind === "word" && word.toLowerCase() === "on") + 1;
  if (tokens[at]?.text.toLowerCase() === "only") {
    at++;
  }
  while (tokens[at + 1]?.text === ".") {
    at += 2;
  }
  const name = tokens[at];
  return name === undefined ? "" : text.slice(name.end);
}

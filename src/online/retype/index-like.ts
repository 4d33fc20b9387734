import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { parsedNode } from "../../sql/parsed-node.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { offsetOfByte } from "../../sql/source-map.ts";
import { type Token, tokenize } from "../../sql/tokens.ts";
import { walk } from "../../sql/walk.ts";
import { createLike } from "../index-definition.ts";

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The statement that builds an index like this one on columns of other names; undefined where its text is not known or
 * not understood. What is usual for the columns' types is left out of it, so that it also fits other types.
 */
export function indexLike(
  index: TableIndex,
  table: Table & QualifiedName,
  name: string,
  column: (before: string) => string,
): string | undefined {
  if (index.definition === "") return undefined;
  const sql = createLike(index, table, name);
  const node = parsedNode(sql, "IndexStmt");
  if (node === undefined) return undefined;
  const tokens = tokenize(sql);
  const cuts = [...listedIn(node, tokens, column), ...expressionsIn(node, sql, tokens, column)];
  let text = sql;
  for (const { start, end, text: other } of cuts.sort((one, two) => two.start - one.start)) {
    text = `${text.slice(0, start)}${other}${text.slice(end)}`;
  }
  return text;
}

/** Plain columns have no place in the tree: they begin their element of the list. */
function listedIn(
  node: NodeOf<"IndexStmt">,
  tokens: readonly Token[],
  column: (before: string) => string,
): readonly Cut[] {
  const lists = listsOf(tokens);
  return [node.indexParams, node.indexIncludingParams].flatMap((params, which) =>
    nodesAs(params, "IndexElem").flatMap(({ name }, at): Cut[] => {
      const token = lists[which]?.[at];
      return name === undefined || token === undefined
        ? []
        : [{ start: token.start, end: token.end, text: quoteIdentifier(column(name)) }];
    }),
  );
}

/** The first token of each element in the list of keys, and in that behind INCLUDE. */
function listsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const isWord = (token: Token | undefined, word: string): boolean =>
    token?.kind === "word" && token.text.toLowerCase() === word;
  const using = tokens.findIndex((token) => isWord(token, "using"));
  const [keys, end] = elements(tokens, using + 2);
  const include = isWord(tokens[end + 1], "include") ? elements(tokens, end + 2)[0] : [];
  return [keys, include];
}

function elements(tokens: readonly Token[], open: number): readonly [readonly Token[], number] {
  const first: Token[] = [];
  let depth = 0;
  let at = open;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const next = tokens[at + 1];
    if (token.text === "(") depth++;
    if (token.text === ")" && --depth === 0) break;
    if (next !== undefined && depth === 1 && ((token.text === "(" && at === open) || token.text === ","))
      first.push(next);
  }
  return [first, at];
}

function expressionsIn(
  node: NodeOf<"IndexStmt">,
  sql: string,
  tokens: readonly Token[],
  column: (before: string) => string,
): readonly Cut[] {
  const cuts: Cut[] = [];
  walk([node.indexParams, node.whereClause], (tag, fields) => {
    if (tag !== "ColumnRef") return;
    const { fields: names, location = 0 } = fields as NodeOf<"ColumnRef">;
    const start = offsetOfByte(sql, location);
    const token = tokens.find((one) => one.start === start);
    const [name] = nodesAs(names, "String");
    if (token === undefined || name?.sval === undefined) return;
    cuts.push({ start: token.start, end: token.end, text: quoteIdentifier(column(name.sval)) });
  });
  return cuts;
}

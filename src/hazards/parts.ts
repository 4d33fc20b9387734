import type { NodeOf, ParsedStatement } from "../sql/parse-statement.ts";
import { tokenize } from "../sql/tokens.ts";
import { all } from "./tree.ts";

/** A subcommand of ALTER TABLE as a statement of its own, or a statement of another kind as it is. */
export interface CutPart {
  readonly statement: ParsedStatement;
  /** The subcommand in an ALTER TABLE. */
  readonly command: NodeOf<"AlterTableCmd"> | undefined;
  /** Where it begins in the statement's text (UTF-16 units). */
  readonly start: number;
  /** The text of the subcommand alone; of other statements the whole text. */
  readonly text: string;
}

/** Cuts an ALTER TABLE into its subcommands, in the order in which they are written. */
export function cutParts(statement: ParsedStatement, text: string): readonly CutPart[] {
  if (statement.tag !== "AlterTableStmt") {
    return [{ statement, command: undefined, start: 0, text }];
  }
  const { node } = statement;
  const commands = all("AlterTableCmd", node.cmds);
  const places = placesOf(text, commands.length);
  return commands.map((command, index) => {
    const { start, end } = places[index] ?? { start: 0, end: text.length };
    const alone: ParsedStatement =
      commands.length === 1
        ? statement
        : { tag: "AlterTableStmt", node: { ...node, cmds: [{ AlterTableCmd: command }] } };
    return { statement: alone, command, start: index === 0 ? 0 : start, text: text.slice(start, end) };
  });
}

const HEAD = new Set([
  "alter",
  "foreign",
  "table",
  "index",
  "view",
  "materialized",
  "sequence",
  "type",
  "if",
  "exists",
  "only",
]);

/** Where the subcommands stand: behind the name, and behind each comma that no bracket holds. */
function placesOf(text: string, count: number): readonly { readonly start: number; readonly end: number }[] {
  const tokens = tokenize(text);
  let at = 0;
  while (tokens[at]?.kind === "word" && HEAD.has(tokens[at]?.text.toLowerCase() ?? "")) {
    at++;
  }
  at++;
  while (tokens[at]?.text === ".") {
    at += 2;
  }
  if (tokens[at]?.text === "*") {
    at++;
  }
  const places: { start: number; end: number }[] = [];
  let depth = 0;
  let start = tokens[at]?.start ?? 0;
  for (const token of tokens.slice(at)) {
    if (token.text === "(" || token.text === "[") {
      depth++;
    } else if (token.text === ")" || token.text === "]") {
      depth--;
    } else if (token.text === "," && depth === 0) {
      places.push({ start, end: token.start });
      start = -1;
      continue;
    }
    if (start === -1) {
      start = token.start;
    }
  }
  places.push({ start, end: text.length });
  return places.length === count ? places : Array.from({ length: count }, () => ({ start: 0, end: text.length }));
}

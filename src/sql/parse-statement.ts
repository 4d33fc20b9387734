import type { Node } from "libpg-query";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { blankCommentsInStrings } from "./continued-strings.ts";
import { keepingBaselineCode } from "./keeping-baseline-code.ts";
import { lineAndColumnWithin, offsetOfByte, offsetOfPosition, SourceMap } from "./source-map.ts";
import type { SqlStatement } from "./statement.ts";

/**
 * A node of PostgreSQL's parse tree as the parser gives it: an object whose only key names its type. Fields with the
 * value false, 0 or "" are absent. Every `location` counts UTF-8 bytes of the statement (see `offsetOfByte`).
 */
export type PgNode = Node;

type KeyOf<N> = N extends unknown ? keyof N & string : never;

/** Node names such as `CreateStmt`. */
export type NodeTag = KeyOf<PgNode>;

/** The fields of a node. */
export type NodeOf<T extends NodeTag> = Extract<PgNode, Record<T, unknown>>[T &
  keyof Extract<PgNode, Record<T, unknown>>];

/** A node taken apart, so that a `switch` over `tag` narrows `node`. */
export type TaggedNode = { [T in NodeTag]: { readonly tag: T; readonly node: NodeOf<T> } }[NodeTag];

export type ParsedStatement = TaggedNode;

type Parser = typeof import("libpg-query");

let loading: Promise<void> | undefined;
let parser: Parser | undefined;

/** Loads PostgreSQL's parser (WebAssembly), once; `parseStatement` needs it. */
export function loadParser(): Promise<void> {
  loading ??= import("libpg-query").then(async (module) => {
    await module.loadModule();
    keepingBaselineCode(() => module.parseSync("SELECT 1"));
    parser = module;
  });
  return loading;
}

/**
 * Parses one statement with the grammar of PostgreSQL 18. Throws `sql_syntax` at the place in `file` that PostgreSQL
 * names. `source` is the text the statement was cut from: with it the error's excerpt is the whole line.
 */
export function parseStatement(statement: SqlStatement, file: string, source?: string): ParsedStatement {
  if (parser === undefined) throw new LockkeeperError("internal", { message: "the SQL parser was not loaded" });
  const { text, start } = statement;
  const outcome = parseText(parser, text);
  if ("nodes" in outcome) {
    const [only, another] = outcome.nodes;
    if (only !== undefined && another === undefined) return taggedNode(only);
  }
  const { message, offset, cause } = "nodes" in outcome ? NOT_ONE : outcome;
  const excerpt =
    source === undefined ? new SourceMap(text, 0).excerpt(offset) : new SourceMap(source).excerpt(start + offset);
  throw new LockkeeperError("sql_syntax", {
    message,
    at: { file, ...lineAndColumnWithin(text, statement, offset), excerpt },
    action: ACTION,
    cause,
  });
}

const ACTION =
  "Mend the statement at the place named; nothing was run. Statements are read with the grammar of PostgreSQL 18.";

/** Takes the wrapper off a node, wherever it stands in the tree. */
export function taggedNode(node: PgNode): TaggedNode {
  const [entry] = Object.entries(node);
  if (entry === undefined) throw new LockkeeperError("internal", { message: "a node of the parse tree is empty" });
  const [tag, fields] = entry;
  return { tag, node: fields } as TaggedNode;
}

interface Refusal {
  readonly message: string;
  readonly offset: number;
  readonly cause?: unknown;
}

const NOT_ONE: Refusal = { message: "not exactly one statement", offset: 0 };

function parseText(module: Parser, text: string): { readonly nodes: readonly PgNode[] } | Refusal {
  try {
    return { nodes: nodesOf(module, text) };
  } catch (error) {
    const blanked = blankCommentsInStrings(text);
    if (blanked === text) return refusal(module, error, text, text);
    try {
      return { nodes: nodesOf(module, blanked) };
    } catch (second) {
      return refusal(module, second, text, blanked);
    }
  }
}

/** The parser refuses the empty string with a plain error, and takes white space for no statement. */
const nodesOf = (module: Parser, text: string): readonly PgNode[] =>
  (module.parseSync(text || " ").stmts ?? []).flatMap(({ stmt }) => stmt ?? []);

function refusal({ hasSqlDetails }: Parser, error: unknown, text: string, parsed: string): Refusal {
  if (!hasSqlDetails(error)) {
    // Out of memory or stack: no fault of the grammar, and the parser names no place.
    const message = `the parser gave up on this statement: ${error instanceof Error ? error.message : error}`;
    return { message, offset: 0, cause: error };
  }
  // The cursor counts characters from 0. The parsed text has the same bytes as the statement, not the same characters.
  const end = offsetOfPosition(parsed, (error.sqlDetails?.cursorPosition ?? 0) + 1);
  return { message: error.message, offset: offsetOfByte(text, Buffer.byteLength(parsed.slice(0, end))), cause: error };
}

import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import { Lexer } from "../sql/lexer.ts";
import { type NodeOf, type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { offsetOfByte, SourceMap } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SqlStatement } from "../sql/statement.ts";
import { tokenize } from "../sql/tokens.ts";
import { nameParts } from "./name-parts.ts";
import type { SchemaSource } from "./schema-source.ts";

/** `-- lockkeeper: renamed from old_name` in a schema. */
export interface WrittenRename {
  readonly at: Place;
  /** Kinds of what it may be, as identities of the catalog say them. */
  readonly kinds: readonly string[];
  /** The name today, as far as it is written: table and column, schema and table, … */
  readonly path: readonly string[];
  /** The name before: in the same schema or table when it is one part. */
  readonly from: readonly string[];
}

const COMMENT = /--[ \t]*lockkeeper:[ \t]*renamed\b(.*)$/;
const RELATION = ["table", "view", "materialized view", "sequence", "index"];

/**
 * The renames that a schema tells of. A comment stands above a CREATE statement, or at a column or constraint of CREATE
 * TABLE, a label or an attribute of CREATE TYPE: on its line, or on the line above.
 *
 * @throws LockkeeperError `directive_unknown` for one that says no name, or stands where nothing has one; `sql_syntax`
 */
export function writtenRenames({ file, text: piece, firstLine = 1 }: SchemaSource): readonly WrittenRename[] {
  if (!COMMENT_ANYWHERE.test(piece)) return [];
  const text = firstLine > 1 ? "\n".repeat(firstLine - 1) + piece : piece;
  const map = new SourceMap(text);
  const { statements } = splitSql(text, file);
  return commentsOf(map, file).map(({ offset, written }) => {
    const at = map.place(file, offset);
    const from = nameParts(written.replace(/^\s+from\b/, ""));
    if (!/^\s+from\b/.test(written) || from === undefined) {
      throw malformed(at, "it is written `-- lockkeeper: renamed from NAME`");
    }
    const named = namedAt(offset, { statements, map, file, text });
    if (named === undefined) {
      throw malformed(at, "it stands at a CREATE statement, or at a column, constraint, label or attribute within one");
    }
    return { at, from, ...named };
  });
}

const COMMENT_ANYWHERE = new RegExp(COMMENT.source, "m");

function malformed(at: Place, how: string): LockkeeperError {
  return new LockkeeperError("directive_unknown", {
    message: `${at.file}:${at.line}: a comment about a rename cannot be understood: ${how}.`,
    at,
    notDone: "The schema was not compared.",
  });
}

/** Those that stand between tokens: strings and bodies of functions may hold what looks like one. */
function commentsOf(map: SourceMap, file: string): readonly { readonly offset: number; readonly written: string }[] {
  const lexer = new Lexer(map, file);
  const found: { offset: number; written: string }[] = [];
  for (let from = 0, isOpen = true; isOpen; from = lexer.end) {
    isOpen = lexer.advance();
    let offset = from;
    for (const line of map.text.slice(from, lexer.start).split("\n")) {
      const match = COMMENT.exec(line);
      if (match !== null) found.push({ offset: offset + match.index, written: match[1] ?? "" });
      offset += line.length + 1;
    }
  }
  return found;
}

interface Surroundings {
  readonly statements: readonly SqlStatement[];
  readonly map: SourceMap;
  readonly file: string;
  readonly text: string;
}

type Named = Pick<WrittenRename, "kinds" | "path">;

function namedAt(offset: number, { statements, map, file, text }: Surroundings): Named | undefined {
  const { line } = map.lineAndColumn(offset);
  const behind = statements.findLast(({ end }) => end <= offset);
  const isWithin = statements.some(({ start, end }) => start < offset && offset < end);
  const isAtItsEnd = !isWithin && behind !== undefined && map.lineAndColumn(behind.end).line === line;
  const statement = isAtItsEnd ? behind : statements.find(({ end }) => end > offset);
  if (statement === undefined) return undefined;
  const parsed = parseStatement(statement, file, text);
  return statement.start < offset && !isAtItsEnd ? partAt(offset, line, parsed, statement, map) : namedBy(parsed);
}

/** What begins within the statement on the same line, or else next. */
function partAt(
  offset: number,
  line: number,
  parsed: ParsedStatement,
  statement: SqlStatement,
  map: SourceMap,
): Named | undefined {
  const parts = partsOf(parsed, statement.text).map((part) => ({ ...part, offset: statement.start + part.at }));
  const onLine = parts.findLast((part) => part.offset < offset && map.lineAndColumn(part.offset).line === line);
  const part = onLine ?? parts.find((one) => one.offset > offset);
  const whole = namedBy(parsed);
  return part === undefined || whole === undefined
    ? undefined
    : { kinds: [part.kind], path: [...whole.path, part.name] };
}

interface Part {
  readonly kind: string;
  readonly name: string;
  /** Where it begins in the statement. */
  readonly at: number;
}

/** What has a name of its own within what a statement creates. */
function partsOf({ tag, node }: ParsedStatement, text: string): readonly Part[] {
  switch (tag) {
    case "CreateStmt":
      return (node.tableElts ?? []).flatMap((element) => elementPart(element, "column", text));
    case "CompositeTypeStmt":
      return (node.coldeflist ?? []).flatMap((element) => elementPart(element, "attribute", text));
    case "CreateEnumStmt": {
      const labels = tokenize(text).filter(({ kind }) => kind === "string");
      return strings(node.vals).map((name, place) => ({ kind: "label", name, at: labels[place]?.start ?? 0 }));
    }
    default:
      return [];
  }
}

function elementPart(
  element: NonNullable<NodeOf<"CreateStmt">["tableElts"]>[number],
  column: "column" | "attribute",
  text: string,
): readonly Part[] {
  const part = (kind: string, name: string | undefined, location = 0): readonly Part[] =>
    name === undefined ? [] : [{ kind, name, at: offsetOfByte(text, location) }];
  if ("ColumnDef" in element) return part(column, element.ColumnDef.colname, element.ColumnDef.location);
  if ("Constraint" in element) return part("constraint", element.Constraint.conname, element.Constraint.location);
  return [];
}

const schemaOf = (schema: string | undefined): readonly string[] => (schema === undefined ? [] : [schema]);

const relation = (node: { schemaname?: string; relname?: string } | undefined, kinds = RELATION): Named | undefined =>
  node?.relname === undefined ? undefined : { kinds, path: [...schemaOf(node.schemaname), node.relname] };

const strings = (nodes: readonly unknown[] | undefined): readonly string[] =>
  (nodes ?? []).flatMap((node) => {
    const { String: text } = node as { readonly String?: { readonly sval?: string } };
    return text?.sval === undefined ? [] : [text.sval];
  });

/** What a statement creates; undefined for what has no name of its own that a rename could tell of. */
export function namedBy({ tag, node }: ParsedStatement): Named | undefined {
  switch (tag) {
    case "CreateStmt":
    case "CreateSeqStmt":
      return relation(tag === "CreateStmt" ? node.relation : node.sequence);
    case "CreateForeignTableStmt":
      return relation(node.base?.relation);
    case "ViewStmt":
      return relation(node.view);
    case "CreateTableAsStmt":
      return relation(node.into?.rel);
    case "IndexStmt":
      return node.idxname === undefined
        ? undefined
        : { kinds: ["index"], path: [...schemaOf(node.relation?.schemaname), node.idxname] };
    case "CreateEnumStmt":
    case "CreateRangeStmt":
      return { kinds: ["type"], path: strings(node.typeName) };
    case "CreateDomainStmt":
      return { kinds: ["type"], path: strings(node.domainname) };
    case "CompositeTypeStmt":
      return relation(node.typevar, ["type"]);
    case "CreateFunctionStmt":
      return { kinds: ["routine"], path: strings(node.funcname) };
    case "CreateSchemaStmt":
      return node.schemaname === undefined ? undefined : { kinds: ["schema"], path: [node.schemaname] };
    case "CreateTrigStmt":
      return below("trigger", node.relation, node.trigname);
    case "CreatePolicyStmt":
      return below("policy", node.table, node.policy_name);
    default:
      return undefined;
  }
}

const below = (
  kind: string,
  node: { schemaname?: string; relname?: string } | undefined,
  name: string | undefined,
): Named | undefined => {
  const table = relation(node, [kind]);
  return table === undefined || name === undefined ? undefined : { kinds: [kind], path: [...table.path, name] };
};

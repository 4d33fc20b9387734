import type { Routine } from "../catalog/model/routine.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { parsePlpgsql } from "../sql/parse-plpgsql.ts";
import { type ParsedStatement, type PgNode, parseStatement } from "../sql/parse-statement.ts";
import { lineAndColumnWithin } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SqlStatement } from "../sql/statement.ts";
import { tokenize } from "../sql/tokens.ts";
import { all, as, constant, nameIn } from "./tree.ts";

/** SQL that a statement runs besides itself. */
export interface Embedded {
  /** At its place in the file; inside a function, at the place of the call. */
  readonly statements: readonly SqlStatement[];
  /** Places of SQL that is only made when it runs. */
  readonly dynamic: readonly { readonly line: number; readonly column: number; readonly reason: string }[];
  /** Name of the function in which the statements stand. */
  readonly within?: string;
}

/** The bodies that run when the statement runs: of a DO block, and of functions that it calls as its only work. */
export function embeddedSql(
  statement: ParsedStatement,
  source: SqlStatement,
  state: CatalogState,
): readonly Embedded[] {
  switch (statement.tag) {
    case "DoStmt":
      return [doBlock(statement, source)];
    case "CallStmt":
      return calledBodies([statement.node.funccall?.funcname], source, state);
    case "SelectStmt": {
      const calls = all("ResTarget", statement.node.targetList).map(({ val }) => as("FuncCall", val)?.funcname);
      return statement.node.fromClause === undefined ? calledBodies(calls, source, state) : [];
    }
    default:
      return [];
  }
}

function doBlock({ node }: ParsedStatement & { tag: "DoStmt" }, source: SqlStatement): Embedded {
  const options = all("DefElem", node.args);
  const language = as("String", options.find(({ defname }) => defname === "language")?.arg)?.sval ?? "plpgsql";
  const body = as("String", options.find(({ defname }) => defname === "as")?.arg)?.sval ?? "";
  if (language !== "plpgsql") {
    return {
      statements: [],
      dynamic: [{ line: source.line, column: source.column, reason: `a DO block in ${language}` }],
    };
  }
  const at = tokenize(source.text).find(({ kind, text }) => kind === "string" && text.includes(body));
  return plpgsqlBody(source.text, body, {
    text: source.text,
    source,
    start: at === undefined ? undefined : at.start + at.text.indexOf(body),
  });
}

interface Ground {
  readonly text: string;
  readonly source: SqlStatement;
  /** Where the body begins in the statement; undefined where the text differs, or stands elsewhere. */
  readonly start: number | undefined;
}

function plpgsqlBody(statement: string, body: string, ground: Ground): Embedded {
  const read = parsePlpgsql(statement);
  const { source } = ground;
  if ("error" in read) {
    return { statements: [], dynamic: [{ line: source.line, column: source.column, reason: read.error }] };
  }
  const statements: SqlStatement[] = [];
  const dynamic: { line: number; column: number; reason: string }[] = [];
  let cursor = 0;
  for (const { kind, text, line } of read.sql) {
    // Such a query only reads, as every SELECT may.
    if (kind === "expression") continue;
    const lineStart = offsetOfLine(body, line);
    // PERFORM is kept as a SELECT.
    const asWritten = text.startsWith("SELECT ") && !body.includes(text) ? text.slice("SELECT ".length) : text;
    const found = body.indexOf(asWritten, Math.max(cursor, lineStart));
    const offset = found === -1 ? lineStart : found;
    cursor = found === -1 ? cursor : found + asWritten.length;
    const place =
      ground.start === undefined
        ? { line: source.line, column: source.column }
        : lineAndColumnWithin(ground.text, source, ground.start + offset);
    if (kind === "static") {
      statements.push(at(text, place, source));
      continue;
    }
    const sql = constantText(text);
    if (sql === undefined) {
      dynamic.push({ ...place, reason: "EXECUTE of SQL that is made when it runs" });
    } else {
      statements.push(...splitSafely(sql).map((one) => at(one, place, source)));
    }
  }
  return { statements, dynamic };
}

const at = (text: string, place: { line: number; column: number }, source: SqlStatement): SqlStatement => ({
  text,
  start: source.start,
  end: source.end,
  line: place.line,
  column: place.column,
});

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let left = line - 1; left > 0; left--) {
    const next = text.indexOf("\n", offset);
    if (next === -1) {
      return offset;
    }
    offset = next + 1;
  }
  return offset;
}

/** The value of an expression that is a constant text, or such texts put together. */
function constantText(expression: string): string | undefined {
  const target = selected(expression);
  const value = (node: typeof target): string | undefined => {
    const joined = as("A_Expr", node);
    if (joined?.kind === "AEXPR_OP" && nameIn(joined.name).name === "||") {
      const [left, right] = [value(joined.lexpr), value(joined.rexpr)];
      return left === undefined || right === undefined ? undefined : left + right;
    }
    return constant(node);
  };
  return value(target);
}

function selected(expression: string): PgNode | undefined {
  const text = `SELECT ${expression}`;
  try {
    const parsed = parseStatement({ text, start: 0, end: text.length, line: 1, column: 1 }, "EXECUTE");
    return parsed.tag === "SelectStmt" ? all("ResTarget", parsed.node.targetList)[0]?.val : undefined;
  } catch {
    // The server will say what is wrong with it; nothing can be judged.
    return undefined;
  }
}

function splitSafely(sql: string): readonly string[] {
  try {
    return splitSql(sql).statements.map(({ text }) => text);
  } catch {
    return [sql];
  }
}

function calledBodies(
  names: readonly (Parameters<typeof nameIn>[0] | undefined)[],
  source: SqlStatement,
  state: CatalogState,
): readonly Embedded[] {
  return names.flatMap((name) => {
    const routines = name === undefined ? [] : state.routinesNamed(nameIn(name));
    return routines.flatMap((routine) => bodyOf(routine, source) ?? []);
  });
}

function bodyOf(routine: Routine, source: SqlStatement): Embedded | undefined {
  const { language, body, name } = routine;
  if (body === undefined) {
    return undefined;
  }
  if (language === "sql") {
    const statements = splitSafely(body).map((text) => at(text, source, source));
    return { statements, dynamic: [], within: name };
  }
  if (language !== "plpgsql") {
    return undefined;
  }
  const result = routine.result === undefined ? "" : ` RETURNS ${routine.result}`;
  const kind = routine.kind === "procedure" ? "PROCEDURE" : "FUNCTION";
  const quote = `$lockkeeper${body.length}$`;
  const definition = `CREATE ${kind} f(${routine.arguments})${result} LANGUAGE plpgsql AS ${quote}${body}${quote}`;
  return { ...plpgsqlBody(definition, body, { text: definition, source, start: undefined }), within: name };
}

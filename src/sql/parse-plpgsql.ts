import { parsePlPgSQLSync } from "libpg-query";

/** One piece of SQL in a PL/pgSQL body, in the order in which it is written. */
export interface PlpgsqlSql {
  /**
   * `static`: a statement; `dynamic`: the expression whose value EXECUTE runs; `expression`: another one, such as a condition,
   * that holds a query, as the SELECT that PL/pgSQL makes of it.
   */
  readonly kind: "static" | "dynamic" | "expression";
  readonly text: string;
  /** Line of the body on which the statement of PL/pgSQL begins, from 1. */
  readonly line: number;
}

/** What PL/pgSQL makes of a body: the SQL in it, or why it cannot be read. */
export type PlpgsqlBody = { readonly sql: readonly PlpgsqlSql[] } | { readonly error: string };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a `DO` block or a `CREATE FUNCTION`; `loadParser` must have been awaited.
 *
 * @param statement the whole statement, in the language plpgsql
 */
export function parsePlpgsql(statement: string): PlpgsqlBody {
  let tree: unknown;
  try {
    tree = parsePlPgSQLSync(statement);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
  const found: PlpgsqlSql[] = [];
  collect(tree, 1, found);
  return { sql: found.toSorted((a, b) => a.line - b.line) };
}

/** Where a statement of PL/pgSQL keeps its SQL, and of which kind it is. */
const HOLDERS: Readonly<Record<string, { readonly field: string; readonly kind: PlpgsqlSql["kind"] }>> = {
  PLpgSQL_stmt_execsql: { field: "sqlstmt", kind: "static" },
  PLpgSQL_stmt_perform: { field: "expr", kind: "static" },
  PLpgSQL_stmt_call: { field: "expr", kind: "static" },
  PLpgSQL_stmt_fors: { field: "query", kind: "static" },
  PLpgSQL_stmt_open: { field: "query", kind: "static" },
  PLpgSQL_stmt_dynexecute: { field: "query", kind: "dynamic" },
  PLpgSQL_stmt_dynfors: { field: "query", kind: "dynamic" },
};

function collect(tree: unknown, line: number, found: PlpgsqlSql[]): void {
  if (Array.isArray(tree)) {
    for (const one of tree) {
      collect(one, line, found);
    }
    return;
  }
  if (typeof tree !== "object" || tree === null) {
    return;
  }
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value !== "object" || value === null) {
      continue;
    }
    const fields = value as Fields;
    const own = typeof fields["lineno"] === "number" ? fields["lineno"] : line;
    const holder = HOLDERS[key];
    const text = holder === undefined ? undefined : queryOf(fields[holder.field]);
    if (holder !== undefined && text !== undefined) {
      found.push({ kind: holder.kind, text, line: own });
    }
    const expression = key === "PLpgSQL_expr" ? expressionOf(fields) : undefined;
    if (expression !== undefined && HOLDS_QUERY.test(expression)) {
      found.push({ kind: "expression", text: `SELECT ${expression}`, line: own });
    }
    collect(value, own, found);
  }
}

const HOLDS_QUERY = /\bSELECT\b/i;

/** How the text of a `PLpgSQL_expr` is read; an assignment begins with its target (`RawParseMode` of PostgreSQL). */
const EXPRESSION = 2;
const ASSIGNMENTS: ReadonlySet<unknown> = new Set([3, 4, 5]);

function expressionOf({ query, parseMode }: Fields): string | undefined {
  if (typeof query !== "string") return undefined;
  if (parseMode === EXPRESSION) return query;
  return ASSIGNMENTS.has(parseMode) ? query.slice(query.indexOf("=") + 1) : undefined;
}

function queryOf(field: unknown): string | undefined {
  const expression = (field as Fields | undefined)?.["PLpgSQL_expr"] as Fields | undefined;
  const query = expression?.["query"];
  return typeof query === "string" ? query : undefined;
}

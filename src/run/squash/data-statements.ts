import type { Migration } from "../../migrations/migration.ts";
import { parseStatement } from "../../sql/parse-statement.ts";
import { splitSql } from "../../sql/split-sql.ts";

/** A statement of a migration that a schema does not tell of. */
export interface BesideSchema {
  readonly file: string;
  readonly line: number;
  /** As it is written; the file's name for one that is no SQL. */
  readonly sql: string;
}

export interface BesideSchemas {
  /** They write rows, or run code that may: what they do to rows that others put there is no part of any file. */
  readonly data: readonly BesideSchema[];
  /** They change the server or the database as a whole, in their order. */
  readonly outside: readonly BesideSchema[];
}

const DATA = new Set([
  "CallStmt",
  "CopyStmt",
  "DeleteStmt",
  "DoStmt",
  "InsertStmt",
  "MergeStmt",
  "SelectStmt",
  "TruncateStmt",
  "UpdateStmt",
]);

const OUTSIDE = new Set([
  "AlterDatabaseSetStmt",
  "AlterDatabaseStmt",
  "AlterRoleSetStmt",
  "AlterRoleStmt",
  "AlterSystemStmt",
  "CreateRoleStmt",
  "CreateTableSpaceStmt",
  "DropRoleStmt",
  "DropTableSpaceStmt",
  "GrantRoleStmt",
]);

/** What migrations do beside what a catalog holds. The parser has to be loaded. */
export function besideSchema(migrations: readonly Migration[]): BesideSchemas {
  const data: BesideSchema[] = [];
  const outside: BesideSchema[] = [];
  for (const { kind, text, file, firstLine } of migrations) {
    if (kind !== "sql") {
      data.push({ file, line: 1, sql: file });
      continue;
    }
    for (const statement of splitSql(text, file).statements) {
      const { tag } = parseStatement(statement, file, text);
      const one = { file, line: firstLine + statement.line - 1, sql: statement.text };
      if (DATA.has(tag)) data.push(one);
      if (OUTSIDE.has(tag)) outside.push(one);
    }
  }
  return { data, outside };
}

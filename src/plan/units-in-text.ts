import type { ParsedStatement } from "../sql/parse-statement.ts";
import { type ParsedFile, type ParsedFiles, parseFile, type SqlPiece } from "./parsed-file.ts";
import { isSetting } from "./settings.ts";
import { isSavepoint } from "./transactionality.ts";

/** How many statements of a text leave a trace of their own in a plan: see `authoredUnits`. */
export const countUnits = (piece: SqlPiece, parsed?: ParsedFiles): number =>
  parseFile(piece, parsed, true).statements.filter(({ statement }) => isUnit(statement)).length;

/** How many statements come before the one that follows the first `units` units. */
export function lengthOfUnits(statements: ParsedFile["statements"], units: number): number {
  let left = units;
  const next = statements.findIndex(({ statement }) => isUnit(statement) && left-- === 0);
  return next === -1 ? statements.length : next;
}

const isUnit = (statement: ParsedStatement): boolean =>
  (statement.tag !== "TransactionStmt" || isSavepoint(statement)) && !isSetting(statement);

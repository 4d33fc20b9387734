import type { UndoItem } from "../plan.ts";
import { ALONE } from "./circumstances.ts";
import { type MigrationStatement, UndoInMigration } from "./undo-in-migration.ts";
import { undoOf } from "./undo-of.ts";

/**
 * How one statement by itself is taken back. Certain inverses only: whatever the catalog cannot give back exactly is
 * refused, here or by the capture once it has seen the catalog (see `UndoItem`).
 *
 * @param tag the parser's name of the statement's node, such as `CreateStmt`
 * @param node the node's fields
 * @param _sql the statement's text
 */
export function deriveUndo(tag: string, node: unknown, _sql: string): UndoItem[] {
  return [...undoOf(tag, node, ALONE)];
}

/**
 * How each statement of a migration is taken back, in the order of the statements. What happens to an object that the
 * same migration made needs no way back of its own: the object goes as a whole.
 */
export function deriveUndoForMigration(statements: readonly MigrationStatement[]): UndoItem[][] {
  const migration = new UndoInMigration(statements);
  // Two passes: what a statement made may be gone again at the end.
  return statements.map((statement) => migration.follow(statement)).map((derive) => [...derive()]);
}

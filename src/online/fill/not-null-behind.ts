import { nodesAs } from "../../sql/node-as.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { addConstraintOnline } from "../add-constraint.ts";
import { contextAfter, type OnlineContext, written } from "../online-context.ts";
import { type OnlineForm, type Piece, pieces } from "../piece.ts";
import { setNotNullOnline } from "../set-not-null.ts";
import type { Subcommand } from "../subcommand.ts";
import { asTableConstraint } from "./column-text.ts";
import { inlineOf, type NewColumn } from "./new-column.ts";

/** The first server on which NOT NULL is a constraint with a name. */
const NAMED_NOT_NULL = 18;

/**
 * What makes a new column NOT NULL once it is filled, proved under a lock that lets everybody through. It goes with the
 * column.
 */
export function notNullBehind(added: NewColumn, before: readonly Piece[]): OnlineForm {
  const form = proofOf(added, before);
  return form.kind === "pieces" ? pieces(...form.pieces.map((piece) => ({ ...piece, back: [] }))) : form;
}

function proofOf(added: NewColumn, before: readonly Piece[]): OnlineForm {
  const { part, column, context } = added;
  const now = contextAfter(context, before);
  const explicit = inlineOf(added, "CONSTR_NOTNULL");
  const isNamed = explicit !== undefined && context.state.major >= NAMED_NOT_NULL;
  const text = isNamed
    ? `ADD ${asTableConstraint(explicit.text, explicit.constraint, column.name)}`
    : `ALTER COLUMN ${quoteIdentifier(column.name)} SET NOT NULL`;
  const later = subcommandOf(part, text, now);
  return isNamed ? addConstraintOnline(later, now) : setNotNullOnline(later, now);
}

function subcommandOf(part: Subcommand, text: string, { state }: OnlineContext): Subcommand {
  const statement = written(`${part.head} ${text}`);
  const [command] =
    statement.parsed.tag === "AlterTableStmt" ? nodesAs(statement.parsed.node.cmds, "AlterTableCmd") : [];
  return { ...part, command: command ?? part.command, text, statement, table: state.table(part.table) ?? part.table };
}

/** What waits for the rows to be filled: as long as some are not, a constraint would refuse every update of them. */
export const behindFill = (all: readonly Piece[]): readonly Piece[] =>
  all.map((piece) => (piece.phase === "expand" ? { ...piece, phase: "migrate" } : piece));

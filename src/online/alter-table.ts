import type { AlterTableCmd, AlterTableStmt, AlterTableType } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import { nodesAs } from "../sql/node-as.ts";
import { addColumnOnline } from "./add-column.ts";
import { addConstraintOnline } from "./add-constraint.ts";
import { alterTypeOnline } from "./alter-type.ts";
import { attachOnline } from "./attach-partition.ts";
import { detachOnline } from "./detach-partition.ts";
import { dropColumnOnline, hidesColumn } from "./drop-column.ts";
import { contextAfter, harm, type OnlineContext, type Written, written } from "./online-context.ts";
import type { Phase } from "./phase.ts";
import { AS_WRITTEN, brief, type OnlineForm, type Piece, refused } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import { setNotNullOnline } from "./set-not-null.ts";
import { cutAlterTable } from "./splice.ts";
import { workInWords } from "./work-in-words.ts";

/** One subcommand of an ALTER TABLE, by itself. */
export interface Subcommand {
  readonly command: AlterTableCmd;
  /** As written, such as `ADD COLUMN a int`. */
  readonly text: string;
  /** `ALTER TABLE IF EXISTS ONLY "T"`. */
  readonly head: string;
  readonly table: Table;
  readonly only: boolean;
}

/**
 * An ALTER TABLE that would hold its lock through work is taken apart; what is brief stays together, in the order of
 * PostgreSQL's own passes, and what works long follows in its safe form.
 */
export function alterTableOnline(node: AlterTableStmt, statement: Written, context: OnlineContext): OnlineForm {
  const found = context.state.relation(relationName(node.relation));
  const commands = nodesAs(node.cmds, "AlterTableCmd");
  if (found?.kind !== "table" || context.state.isNew(found.is)) return AS_WRITTEN;
  const [first] = commands;
  if (commands.length === 1 && first?.subtype === "AT_DetachPartition") return detachOnline(first, statement, context);
  const hides = commands.some(
    ({ subtype, name }) => subtype === "AT_DropColumn" && hidesColumn(name, found.is, context),
  );
  if (!hides && harm(statement, context).length === 0) return AS_WRITTEN;
  const { head, subcommands } = cutAlterTable(statement.sql);
  if (subcommands.length !== commands.length) return tooLong(statement, context);
  const parts = commands
    .map((command, index) => ({ command, text: subcommands[index] ?? "" }))
    .sort((one, other) => passOf(one.command) - passOf(other.command));
  const only = node.relation?.inh !== true;
  const done: Piece[] = [];
  let now = context;
  for (const { command, text } of parts) {
    const table = now.state.table(found.is) ?? found.is;
    const alike: Written = written(`${head} ${text}`);
    const form = formOf({ command, text, head, table, only }, alike, now);
    if (form.kind === "refused") return form;
    const more = form.kind === "as written" ? [brief(alike.sql)] : form.pieces;
    done.push(...more);
    now = contextAfter(now, more);
  }
  return { kind: "pieces", pieces: regrouped(inPhases(done), head) };
}

function formOf(part: Subcommand, statement: Written, context: OnlineContext): OnlineForm {
  if (part.command.subtype === "AT_DropColumn") return dropColumnOnline(part, context);
  if (harm(statement, context).length === 0) return AS_WRITTEN;
  switch (part.command.subtype) {
    case "AT_AddColumn":
      return addColumnOnline(part, statement, context);
    case "AT_SetNotNull":
      return setNotNullOnline(part, statement, context);
    case "AT_AddConstraint":
      return addConstraintOnline(part, statement, context);
    case "AT_AlterColumnType":
      return alterTypeOnline(part, statement, context);
    case "AT_AttachPartition":
      return attachOnline(part, statement, context);
    default:
      return tooLong(statement, context);
  }
}

/** No form is known: says what would be stopped for how long. */
export function tooLong(statement: Written, context: OnlineContext): OnlineForm {
  return refused(harm(statement, context).map(workInWords).join("; "));
}

/**
 * The passes of ALTER TABLE in which subcommands run, whatever their order in the statement.
 *
 * Source: `AlterTablePass` in PostgreSQL's `src/backend/commands/tablecmds.c`.
 */
const PASSES: { readonly [T in AlterTableType]?: number } = {
  AT_DropColumn: 0,
  AT_DropConstraint: 0,
  AT_DropNotNull: 0,
  AT_DropExpression: 0,
  AT_DropIdentity: 0,
  AT_AlterColumnType: 1,
  AT_AddColumn: 5,
  AT_SetExpression: 6,
  AT_ColumnDefault: 8,
  AT_AddIdentity: 8,
  AT_SetIdentity: 8,
  AT_SetNotNull: 7,
  AT_AddConstraint: 9,
};
const LAST_PASS = 10;

const passOf = ({ subtype }: AlterTableCmd): number =>
  (subtype === undefined ? undefined : PASSES[subtype]) ?? LAST_PASS;

const PHASES: readonly Phase[] = ["expand", "migrate", "cutover", "contract"];

/** What is new first, for all subcommands; then the long proofs, one after the other; then the switches. */
const inPhases = (all: readonly Piece[]): Piece[] =>
  [...all].sort((one, other) => PHASES.indexOf(one.phase) - PHASES.indexOf(other.phase));

/**
 * Brief pieces on the same table that stand side by side become one statement: one lock instead of several. Behind the
 * first piece that works long, the next brief ones wait for it.
 */
function regrouped(all: readonly Piece[], head: string): Piece[] {
  const grouped: Piece[] = [];
  for (const piece of all) {
    const before = grouped.at(-1);
    const joins =
      before !== undefined &&
      isPlain(before, head) &&
      isPlain(piece, head) &&
      before.phase === piece.phase &&
      passable(before.sql, piece.sql);
    if (joins) {
      grouped[grouped.length - 1] = { ...before, sql: `${before.sql}, ${piece.sql.slice(head.length + 1)}` };
    } else {
      grouped.push(piece);
    }
  }
  return grouped;
}

/** A rename cannot be one of several. */
const isPlain = ({ sql, transaction, goesAlong, isTrial, leftover }: Piece, head: string): boolean =>
  transaction === "brief" &&
  goesAlong !== true &&
  isTrial !== true &&
  leftover === undefined &&
  sql.startsWith(`${head} `) &&
  !sql.startsWith(`${head} RENAME `);

/** SET NOT NULL beside a dropped constraint would not see its proof: drops run first. */
const passable = (one: string, other: string): boolean =>
  !(/\bSET NOT NULL\b/i.test(one) && /\bDROP CONSTRAINT\b/i.test(other));

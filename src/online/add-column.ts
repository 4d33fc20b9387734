import { nodeAs } from "../sql/node-as.ts";
import { addConstraintOnline } from "./add-constraint.ts";
import { asTableConstraint, inlineConstraints, without } from "./fill/column-text.ts";
import { filledColumn } from "./fill/filled-column.ts";
import { behindFill } from "./fill/not-null-behind.ts";
import { usingOf } from "./fill/using.ts";
import { contextAfter, harm, type OnlineContext, written } from "./online-context.ts";
import { brief, type OnlineForm, type Piece, pieces } from "./piece.ts";
import type { Subcommand } from "./subcommand.ts";
import { tooLong } from "./too-long.ts";

/**
 * ADD COLUMN whose constraints would be proved, or its index built, under the lock: the column first, then each of
 * those by itself. A column whose values differ from row to row is filled in between.
 */
export function addColumnOnline(part: Subcommand, context: OnlineContext): OnlineForm {
  const { statement } = part;
  const column = nodeAs(part.command.def, "ColumnDef");
  const name = column?.colname;
  if (column === undefined || name === undefined) return tooLong(statement, context);
  const inline = inlineConstraints(statement.sql, column);
  const isVirtual = inline.some(({ constraint }) => constraint.generated_kind === "v");
  const apart = inline.filter(
    ({ constraint: { contype = "" } }) => TAKEN_APART.has(contype) || (isVirtual && contype === "CONSTR_NOTNULL"),
  );
  const bare = written(without(statement.sql, apart));
  const using = usingOf(part.command, part.table, context);
  const isFilled = using !== undefined || harm(bare, context).length > 0;
  const first = isFilled ? filledColumn(part, column, inline, using, context) : pieces(brief(bare.sql));
  if (first.kind !== "pieces") return first;
  const done: Piece[] = [...first.pieces];
  let now = contextAfter(context, done);
  for (const { constraint, text } of apart) {
    const table = now.state.table(part.table) ?? part.table;
    const add = `ADD ${asTableConstraint(text, constraint, name)}`;
    const alike = written(`${part.head} ${add}`);
    const command =
      alike.parsed.tag === "AlterTableStmt" ? nodeAs(alike.parsed.node.cmds?.[0], "AlterTableCmd") : undefined;
    if (command === undefined) return tooLong(statement, context);
    const form =
      harm(alike, now).length === 0
        ? undefined
        : addConstraintOnline({ ...part, command, text: add, statement: alike, table }, now);
    if (form?.kind === "refused" || form?.kind === "sweep") return form;
    const more = form?.kind === "pieces" ? form.pieces : [brief(alike.sql)];
    done.push(...(isFilled ? behindFill(more) : more));
    now = contextAfter(now, more);
  }
  return { kind: "pieces", pieces: done };
}

const TAKEN_APART: ReadonlySet<string> = new Set(["CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_UNIQUE", "CONSTR_PRIMARY"]);

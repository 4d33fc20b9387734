import { defaultOf } from "../../effects/alter-table/new-column.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { brief, joined, type OnlineForm, type Piece, pieces, sweep } from "../piece.ts";
import { harmInWords, tooLong } from "../too-long.ts";
import { textBehind } from "./column-text.ts";
import type { Fill } from "./fill.ts";
import { fillTrigger } from "./fill-trigger.ts";
import { fillPieces } from "./filled-tables.ts";
import { isNeverNull } from "./never-null.ts";
import { addBare, addWithDefault, inlineOf, type NewColumn } from "./new-column.ts";
import { behindFill, notNullBehind } from "./not-null-behind.ts";
import { fillFrom, trialOf, type UsedColumn } from "./using.ts";

/**
 * A column whose rows get the values of a DEFAULT that differs from row to row, or of the author's `using`. Rows that
 * are written from the first moment on have a value: by the DEFAULT, or by a trigger for those who do not know the
 * column yet.
 */
export function valueColumn(added: NewColumn, using: ColumnExpression | undefined): OnlineForm {
  const { part, column, filled, context } = added;
  const { state } = context;
  const { name, type, notNull } = column;
  const value = defaultOf(column, state);
  if (using === undefined && value === undefined) return requiresWithout(added);
  const own = inlineOf(added, "CONSTR_DEFAULT");
  const expression = own === undefined ? state.domain(type)?.default : textBehind(own.text, "default");
  if (value !== undefined && expression === undefined) return tooLong(part.statement, context);
  const used: UsedColumn = { name, type, notNull, isKnown: false };
  const trigger =
    using === undefined || value !== undefined ? undefined : fillTrigger(using, used, filled.tables, context);
  const fill = using === undefined ? fillFromDefault(used, expression ?? "", value) : fillFrom(using, used);
  const done: Piece[] = [
    ...(using === undefined ? [] : trialOf(using, part.table, used, context)),
    ...addPieces(added, own === undefined ? undefined : expression, value !== undefined),
    ...(trigger?.create ?? []),
    ...fillPieces(filled, fill),
  ];
  const proof = notNull ? notNullBehind(added, done) : pieces();
  if (proof.kind !== "pieces") return proof;
  return pieces(...done, ...behindFill(proof.pieces), ...(trigger?.remove ?? []));
}

const fillFromDefault = ({ name, type, notNull }: UsedColumn, expression: string, value: PgNode | undefined): Fill => ({
  column: name,
  type,
  expression,
  end: notNull || isNeverNull(value) ? "every" : "tried",
  ...(notNull ? {} : { othersMayLeave: true }),
});

function addPieces(added: NewColumn, expression: string | undefined, hasDefault: boolean): readonly Piece[] {
  const { part, column } = added;
  const add = addBare(added);
  if (expression !== undefined) return addWithDefault(added, add, expression);
  if (!hasDefault) return [brief(add)];
  // The default of the domain would be computed for every row at once.
  return [
    brief(`${add} DEFAULT NULL`),
    joined(brief(`${part.head} ALTER COLUMN ${quoteIdentifier(column.name)} DROP DEFAULT`)),
  ];
}

function requiresWithout({ part, column, context }: NewColumn): OnlineForm {
  const { schema, name } = part.table;
  return sweep(
    { table: { schema, name }, columns: [column.name], work: "require" },
    `requires ${column.name} in every row without saying what it holds: ${harmInWords(part.statement, context)}`,
    `say what the rows get that are there already, in a line \`-- lockkeeper: using ${quoteIdentifier(column.name)} = …\` at the head of the file, or give the column ${column.name} a DEFAULT, or leave NOT NULL out until it is filled`,
  );
}

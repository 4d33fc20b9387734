import type { TypeReference } from "../../catalog/model/names.ts";
import { clipName } from "../../sql/generated-name.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { offsetOfByte } from "../../sql/source-map.ts";
import { brief, joined, type OnlineForm, type Piece, pieces, trial } from "../piece.ts";
import { bracketsBehind } from "../splice.ts";
import { columnReferences } from "../sync/column-references.ts";
import { syncNames, syncTrigger } from "../sync/sync-trigger.ts";
import { tooLong } from "../too-long.ts";
import { bareExpression } from "./bare-expression.ts";
import { computedComment } from "./computed-column.ts";
import { type Fill, unlimited } from "./fill.ts";
import { fillPieces } from "./filled-tables.ts";
import { freeRoutine } from "./free-routine.ts";
import { addBare, inlineOf, type NewColumn } from "./new-column.ts";
import { behindFill, notNullBehind } from "./not-null-behind.ts";

/**
 * A stored generated column. PostgreSQL makes one only by writing the table again, and makes none of an ordinary column:
 * so this is an ordinary column that a trigger keeps at the value of the expression, for good.
 */
export function generatedColumn(added: NewColumn): OnlineForm {
  const { part, column, filled, context } = added;
  const { table, statement } = part;
  const generated = inlineOf(added, "CONSTR_GENERATED");
  const expression = generated === undefined ? undefined : bracketsBehind(generated.text, "as");
  const bare = expression === undefined ? undefined : bareExpression(expression, table);
  if (bare === undefined) return tooLong(statement, context);
  if (typeof bare !== "string") return tooLong(statement, context, bare.reason);
  const value = `CAST(${bare} AS ${castType(column.type)})`;
  const triggers = keepingTriggers(added, value);
  if ("reason" in triggers) return tooLong(statement, context, triggers.reason);
  const fill: Fill = { column: column.name, type: column.type, expression: value, end: "computed" };
  const done: Piece[] = [
    ...trialOf(added, generated?.text ?? "", bare),
    { ...brief(addBare(added)), notes: notesOf(added) },
    ...triggers.create.map((sql) => joined(brief(sql))),
    ...fillPieces(filled, fill),
  ];
  const proof = column.notNull ? notNullBehind(added, done) : pieces();
  return proof.kind === "pieces" ? pieces(...done, ...behindFill(proof.pieces)) : proof;
}

/** What is wrong with the expression is found on an empty table of the same columns. */
function trialOf(added: NewColumn, generated: string, expression: string): readonly Piece[] {
  const { part, definition } = added;
  const column = addBare(added).slice(offsetOfByte(part.statement.sql, definition.location ?? 0));
  const like = `CREATE TEMPORARY TABLE lockkeeper_generated (LIKE ${quoteQualified(part.table)}, ${column} ${generated})`;
  const before = part.original.state.table(part.table);
  const isPossibleBefore = before !== undefined && !("reason" in columnReferences(expression, before));
  return trial(like).map((piece) => ({ ...piece, transaction: "alone", isFirst: isPossibleBefore }));
}

/** A text that is too long is refused where it is assigned, not cut. */
const castType = (type: TypeReference): string => (type.name === "varchar" ? unlimited(type) : type.text);

/** They stay when nothing else of ours does, so their function lies beside the table. */
function keepingTriggers(
  { part, column, filled, context }: NewColumn,
  value: string,
): { readonly create: readonly string[] } | { readonly reason: string } {
  const { state } = context;
  const { table } = part;
  const routine = freeRoutine(table.schema, `${table.name}_${column.name}_generated`, state);
  const found = columnReferences(value, table);
  const reads = "reason" in found ? [] : [...new Set(found.references.map((one) => one.column))];
  const create: string[] = [];
  for (const one of filled.tables) {
    // Behind those that keep the columns of its expression current.
    const name = `${syncNames(one, column.name, state).trigger.replace(/\d*$/, "ed")}_${column.name}`;
    const names = { trigger: clipName(name), function: routine };
    const trigger = syncTrigger(one, [{ column, value, how: "follows" }], names, state);
    if ("reason" in trigger) return trigger;
    const on = `${quoteIdentifier(names.trigger)} ON ${quoteQualified(one)}`;
    create.push(
      ...trigger.create.slice(one === filled.tables[0] ? 0 : 1).filter((sql) => !sql.startsWith("COMMENT")),
      `COMMENT ON TRIGGER ${on} IS ${quoteLiteral(computedComment(column.name, reads))}`,
    );
  }
  return { create };
}

function notesOf({ part, column, context }: NewColumn): readonly string[] {
  const name = `${column.name} of ${quoteQualified(part.table)}`;
  return [
    `${name} becomes an ordinary column, and a trigger keeps it at the value of its expression: PostgreSQL makes a stored generated column only by writing the whole table again while nobody can read it. Whoever assigns another value to it gets no error, and the value of the expression.`,
    ...(context.state.major >= VIRTUAL ? ["GENERATED ALWAYS AS (…) VIRTUAL would write no row."] : []),
  ];
}

/** The first server that computes a generated column when it is read. */
const VIRTUAL = 18;

import { quoteLiteral } from "../../sql/quote.ts";

/** An SQL expression of type text: one undo statement, or null where there is none. */
export type TextExpression = string;

/** An SQL expression of type text[]: undo statements in the order in which they are executed. */
export type StatementsExpression = string;

/** What a row of a capture begins with when the catalog shows that the inverse is not certain. */
export const REFUSED_PREFIX = "--refused: ";

/**
 * A text expression: the template's own text becomes constants, the values are SQL expressions. A null among the
 * values makes the whole null, so that a statement whose parts are not in the catalog falls away.
 */
export function text(parts: TemplateStringsArray, ...expressions: readonly string[]): TextExpression {
  const pieces = parts.flatMap((part, at) => {
    const expression = expressions[at];
    return [
      ...(part === "" ? [] : [quoteLiteral(part)]),
      ...(expression === undefined ? [] : [`(${expression})::text`]),
    ];
  });
  return `(${pieces.join(" || ")})`;
}

/** A constant within {@link text}. */
export const constant = quoteLiteral;

export const one = (statement: TextExpression): StatementsExpression => `ARRAY[${statement}]`;

/** One statement for each row of `from` (everything behind FROM, with WHERE and ORDER BY). */
export const each = (statement: TextExpression, from: string): StatementsExpression =>
  `ARRAY(SELECT ${statement} FROM ${from})`;

export const when = (condition: string, statement: TextExpression): StatementsExpression =>
  `ARRAY(SELECT ${statement} WHERE ${condition})`;

/** Takes the whole undo of the statement back at run time: see `UndoItem`. */
export const refuseWhen = (condition: string, reason: TextExpression): StatementsExpression =>
  when(condition, `${constant(REFUSED_PREFIX)} || ${reason}`);

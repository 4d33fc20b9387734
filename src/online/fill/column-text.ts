import type { ColumnDef, Constraint } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { offsetOfByte } from "../../sql/source-map.ts";
import { tokenize } from "../../sql/tokens.ts";
import { replaceWords } from "../splice.ts";

/** A constraint as it stands in a column's definition. */
export interface Inline {
  readonly constraint: Constraint;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** DEFERRABLE and the like: the grammar makes them nodes of their own behind the constraint that they belong to. */
const ATTRIBUTE = /^CONSTR_ATTR_/;

/** What a column's definition has behind its type, defaults and NOT NULL among it, each with its place in `sql`. */
export function inlineConstraints(sql: string, column: ColumnDef): readonly Inline[] {
  const nodes = (column.constraints ?? []).flatMap((node) => nodeAs(node, "Constraint") ?? []);
  const starts = [
    ...nodes.filter(({ contype }) => !ATTRIBUTE.test(contype ?? "")).map(({ location = 0 }) => location),
    ...(column.collClause?.location === undefined ? [] : [column.collClause.location]),
  ].map((byte) => offsetOfByte(sql, byte));
  return nodes
    .filter(({ contype }) => !ATTRIBUTE.test(contype ?? ""))
    .map((constraint) => {
      const start = offsetOfByte(sql, constraint.location ?? 0);
      const end = Math.min(sql.length, ...starts.filter((other) => other > start));
      return { constraint, start, end, text: sql.slice(start, end).trim() };
    });
}

/** `sql` with these parts left out. */
export function without(sql: string, parts: readonly Inline[]): string {
  let text = sql;
  for (const { start, end } of [...parts].sort((one, other) => other.start - one.start)) {
    text = `${text.slice(0, start)}${text.slice(end)}`;
  }
  return text.trimEnd();
}

/** What stands behind the first such word, such as the expression behind DEFAULT. */
export function textBehind(text: string, word: string): string {
  const token = tokenize(text).find(({ kind, text: own }) => kind === "word" && own.toLowerCase() === word);
  return text.slice(token?.end ?? 0).trim();
}

/** `CONSTRAINT u UNIQUE` of a column as the table writes it: `CONSTRAINT u UNIQUE (c)`. */
export function asTableConstraint(text: string, { contype, nulls_not_distinct }: Constraint, column: string): string {
  const name = quoteIdentifier(column);
  switch (contype) {
    case "CONSTR_UNIQUE":
      return nulls_not_distinct === true
        ? replaceWords(text, ["unique", "nulls", "not", "distinct"], (words) => `${words} (${name})`)
        : replaceWords(text, ["unique"], (word) => `${word} (${name})`);
    case "CONSTR_PRIMARY":
      return replaceWords(text, ["primary", "key"], (words) => `${words} (${name})`);
    case "CONSTR_NOTNULL":
      return replaceWords(text, ["not", "null"], (words) => `${words} ${name}`);
    case "CONSTR_FOREIGN":
      return replaceWords(text, ["references"], (word) => `FOREIGN KEY (${name}) ${word}`);
    default:
      return text;
  }
}

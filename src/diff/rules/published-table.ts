import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";

type Value = ElementValues["published table"];

export const PUBLISHED_TABLE: Rule<Value> = {
  create({ id, value }, sides): readonly Action[] {
    const text = tableText(value, sides);
    const into = objectId("publication", value.publication);
    return [
      {
        sql: `${alterPublication(value)} ADD TABLE ${text}`,
        creates: [id],
        fold: { into, text, slot: "constraint", place: 0 },
      },
    ];
  },
  drop: ({ id, value }, sides) => [
    { sql: `${alterPublication(value)} DROP TABLE ${tableName(value, sides)}`, drops: [id] },
  ],
};

const alterPublication = ({ publication }: Value): string => `ALTER PUBLICATION ${quoteIdentifier(publication)}`;

/** Heirs are named one by one. */
function tableName(table: Value, { from, to }: Sides): string {
  const id = objectId("table", table.schema, table.name);
  const hasHeirs = [...from.children(id), ...to.children(id)].some(({ value: { bound } }) => bound === undefined);
  return `${hasHeirs ? "ONLY " : ""}${quoteQualified(table)}`;
}

const tableText = (table: Value, sides: Sides): string =>
  [
    tableName(table, sides),
    table.columns === undefined ? "" : ` (${table.columns.map(quoteIdentifier).join(", ")})`,
    table.where === undefined ? "" : ` WHERE (${table.where})`,
  ].join("");

import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

type Value = ElementValues["published table"];

export const PUBLISHED_TABLE: Rule<Value> = {
  create({ id, value }): readonly Action[] {
    const text = tableText(value);
    const into = objectId("publication", value.publication);
    return [
      {
        sql: `${alterPublication(value)} ADD TABLE ${text}`,
        creates: [id],
        fold: { into, text, slot: "constraint", place: 0 },
      },
    ];
  },
  drop: ({ id, value }) => [{ sql: `${alterPublication(value)} DROP TABLE ${quoteQualified(value)}`, drops: [id] }],
};

const alterPublication = ({ publication }: Value): string => `ALTER PUBLICATION ${quoteIdentifier(publication)}`;

const tableText = (table: Value): string =>
  [
    quoteQualified(table),
    table.columns === undefined ? "" : ` (${table.columns.map(quoteIdentifier).join(", ")})`,
    table.where === undefined ? "" : ` WHERE (${table.where})`,
  ].join("");

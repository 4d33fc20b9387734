import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { DefaultValue } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { inheritedFrom } from "./inherited.ts";
import { alterOnly } from "./naming.ts";

export const DEFAULT: Rule<DefaultValue> = {
  create({ id, value }, sides) {
    const { on, column, expression } = value;
    const source = inheritedFrom(sides, objectId("column", on.schema, on.name, column));
    const above = source === undefined ? undefined : sides.to.elements.get(source.replace("column:", "default:"));
    if (above !== undefined && (above.value as DefaultValue).expression === expression) return [];
    return [
      {
        sql: `${alterOnly(on)}ALTER COLUMN ${quoteIdentifier(column)} SET DEFAULT ${expression}`,
        creates: [id],
        ...(source === undefined
          ? {
              fold: {
                into: objectId("column", on.schema, on.name, column),
                slot: "default",
                place: 0,
                text: `DEFAULT ${expression}`,
              },
            }
          : {}),
      },
    ];
  },
  drop: ({ id, value: { on, column } }) => [
    { sql: `${alterOnly(on)}ALTER COLUMN ${quoteIdentifier(column)} DROP DEFAULT`, drops: [id] },
  ],
  alter: (_, { id, value: { on, column, expression } }) => ({
    actions: [
      { sql: `${alterOnly(on)}ALTER COLUMN ${quoteIdentifier(column)} SET DEFAULT ${expression}`, alters: [id] },
    ],
  }),
};

import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { sameValue } from "../same-value.ts";

type Value = ElementValues["domain constraint"];

export const DOMAIN_CONSTRAINT: Rule<Value> = {
  create({ id, value }) {
    const text = `CONSTRAINT ${quoteIdentifier(value.name)} ${value.definition}`;
    const into = objectId("type", value.domain.schema, value.domain.name);
    return [
      {
        sql: `${alterDomain(value)} ADD ${text}`,
        creates: [id],
        ...(value.validated ? { fold: { into, text, slot: "constraint", place: 0 } } : {}),
      },
    ];
  },
  drop: ({ id, value }) => [
    { sql: `${alterDomain(value)} DROP CONSTRAINT ${quoteIdentifier(value.name)}`, drops: [id] },
  ],
  alter: ({ id, value: before }, { value: after }) =>
    after.validated && !before.validated && sameValue({ ...asValid(before) }, after)
      ? {
          actions: [{ sql: `${alterDomain(after)} VALIDATE CONSTRAINT ${quoteIdentifier(after.name)}`, alters: [id] }],
        }
      : undefined,
  noun: ({ value }) => ({
    comment: `CONSTRAINT ${quoteIdentifier(value.name)} ON DOMAIN ${quoteQualified(value.domain)}`,
  }),
};

const alterDomain = ({ domain }: Value): string => `ALTER DOMAIN ${quoteQualified(domain)}`;

const asValid = (constraint: Value): Value => ({
  ...constraint,
  validated: true,
  definition: constraint.definition.replace(/ NOT VALID$/, ""),
});

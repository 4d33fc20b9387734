import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

type Value = ElementValues["extension"];

/** An extension's owner is whoever made it: no statement changes it. */
export const EXTENSION: Rule<Value> = {
  create: ({ id, value }) => [
    {
      sql: `CREATE ${nameOf(value)} WITH SCHEMA ${quoteIdentifier(value.schema)} VERSION ${quoteLiteral(value.version)}`,
      creates: [id],
    },
  ],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter: ({ id, value: before }, { value: after }) => ({
    actions: [
      ...(before.schema === after.schema ? [] : [`SET SCHEMA ${quoteIdentifier(after.schema)}`]),
      ...(before.version === after.version ? [] : [`UPDATE TO ${quoteLiteral(after.version)}`]),
    ].map((change) => ({ sql: `ALTER ${nameOf(after)} ${change}`, alters: [id] })),
  }),
  noun: ({ value }) => ({ comment: nameOf(value) }),
};

const nameOf = ({ name }: Value): string => `EXTENSION ${quoteIdentifier(name)}`;

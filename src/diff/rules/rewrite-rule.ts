import type { FiringMode } from "../../catalog/model/trigger.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { FIRING } from "./trigger.ts";
import { queryText } from "./view.ts";

type Value = ElementValues["rule"];

export const REWRITE_RULE: Rule<Value> = {
  create: ({ id, value }) => [{ sql: queryText(value.definition), creates: [id] }, ...firing(id, "origin", value)],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter: ({ id, value: before }, { value: after }) => ({
    actions: [
      ...(before.definition === after.definition
        ? []
        : [
            {
              sql: queryText(after.definition).replace(/^CREATE RULE/, "CREATE OR REPLACE RULE"),
              alters: [id],
            },
          ]),
      ...firing(id, before.enabled, after),
    ],
  }),
  noun: ({ value }) => ({ comment: nameOf(value) }),
};

const nameOf = ({ name, on }: Value): string => `RULE ${quoteIdentifier(name)} ON ${quoteQualified(on)}`;

const firing = (id: string, before: FiringMode, { name, on, enabled }: Value): readonly Action[] =>
  before === enabled
    ? []
    : [{ sql: `ALTER TABLE ${quoteQualified(on)} ${FIRING[enabled]} RULE ${quoteIdentifier(name)}`, alters: [id] }];

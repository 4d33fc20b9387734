import type { FiringMode } from "../../catalog/model/trigger.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { FIRING } from "./trigger.ts";

type Value = ElementValues["event trigger"];

export const EVENT_TRIGGER: Rule<Value> = {
  create: ({ id, value }) => [{ sql: creation(value), creates: [id] }, ...firing(id, "origin", value)],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter: ({ id, value: before }, { value: after }) =>
    sameValue({ ...before, enabled: after.enabled }, after)
      ? { actions: firing(id, before.enabled, after) }
      : undefined,
  noun({ value }) {
    return { comment: nameOf(value), owner: nameOf(value) };
  },
};

const nameOf = ({ name }: Value): string => `EVENT TRIGGER ${quoteIdentifier(name)}`;

const creation = (trigger: Value): string =>
  [
    `CREATE ${nameOf(trigger)} ON ${quoteIdentifier(trigger.event)}`,
    trigger.tags.length === 0 ? "" : ` WHEN TAG IN (${trigger.tags.map(quoteLiteral).join(", ")})`,
    ` EXECUTE FUNCTION ${quoteQualified(trigger.function)}()`,
  ].join("");

const firing = (id: string, before: FiringMode, trigger: Value): readonly Action[] =>
  before === trigger.enabled ? [] : [{ sql: `ALTER ${nameOf(trigger)} ${FIRING[trigger.enabled]}`, alters: [id] }];

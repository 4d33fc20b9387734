import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

type Value = ElementValues["subscription"];

/** No catalog has the connection string, which may hold a password: a new one is left to the author. */
export const SUBSCRIPTION: Rule<Value> = {
  create: () => [],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }) {
    const options = [
      ...(before.slot === after.slot ? [] : [`slot_name = ${slotText(after)}`]),
      ...Object.entries(after.options)
        .filter(([name, value]) => before.options[name] !== value)
        .map(([name, value]) => `${name} = ${quoteLiteral(value)}`),
    ];
    const isSamePublications = String(before.publications) === String(after.publications);
    const changes = [
      // A slot can be taken from one that is disabled, and only one that has a slot can be enabled.
      ...(before.enabled && !after.enabled ? ["DISABLE"] : []),
      ...(options.length === 0 ? [] : [`SET (${options.join(", ")})`]),
      ...(isSamePublications
        ? []
        : [`SET PUBLICATION ${after.publications.map(quoteIdentifier).join(", ")} WITH (refresh = false)`]),
      ...(!before.enabled && after.enabled ? ["ENABLE"] : []),
    ];
    return { actions: changes.map((change) => ({ sql: `ALTER ${nameOf(after)} ${change}`, alters: [id] })) };
  },
  isBeyond: (before, after) => before === undefined && after !== undefined,
  noun: ({ value }) => ({ comment: nameOf(value), owner: nameOf(value) }),
};

const nameOf = ({ name }: Value): string => `SUBSCRIPTION ${quoteIdentifier(name)}`;

const slotText = ({ slot }: Value): string => (slot === undefined ? "NONE" : quoteLiteral(slot));

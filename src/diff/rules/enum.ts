import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ElementValues } from "../element-values.ts";
import type { Renewal, Rule } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { renewed } from "./renewal.ts";
import { typeNoun } from "./type-noun.ts";

type Value = ElementValues["enum"];

export const ENUM: Rule<Value> = {
  create: ({ id, value }) => [{ sql: creation(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP TYPE ${quoteQualified(value)}`, drops: [id] }],
  alter(before, after, sides) {
    const { labels } = after.value;
    const kept = labels.filter((label) => before.value.labels.includes(label));
    if (sameValue(kept, before.value.labels)) {
      return { actions: additions(after.id, before.value, after.value) };
    }
    return renewed(before, after, sides, renewal(after));
  },
  renewal,
  noun: ({ value }) => typeNoun(value),
};

function renewal({ value }: Element<Value>): Renewal {
  return {
    rename: (old) => [`ALTER TYPE ${quoteQualified(value)} RENAME TO ${quoteIdentifier(old)}`],
    create: creation(value),
    drop: (name) => `DROP TYPE ${quoteQualified({ schema: value.schema, name })}`,
  };
}

const creation = (type: Value): string =>
  `CREATE TYPE ${quoteQualified(type)} AS ENUM (${type.labels.map(quoteLiteral).join(", ")})`;

/** Each new label goes behind the one that stands before it, which is there by then. */
function additions(id: string, before: Value, after: Value): readonly Action[] {
  const { labels } = after;
  const first = before.labels[0];
  return labels.flatMap((label, place) => {
    if (before.labels.includes(label)) {
      return [];
    }
    const previous = labels[place - 1];
    const isLast = labels.slice(place).every((one) => !before.labels.includes(one));
    const where =
      previous === undefined
        ? first === undefined
          ? ""
          : ` BEFORE ${quoteLiteral(first)}`
        : isLast
          ? ""
          : ` AFTER ${quoteLiteral(previous)}`;
    return {
      sql: `ALTER TYPE ${quoteQualified(after)} ADD VALUE ${quoteLiteral(label)}${where}`,
      alters: [id],
      commitAfter: true,
    };
  });
}

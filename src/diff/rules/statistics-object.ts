import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { sameValue } from "../same-value.ts";

type Value = ElementValues["statistics"];

export const STATISTICS_OBJECT: Rule<Value> = {
  create: ({ id, value }) => [{ sql: creation(value), creates: [id] }, ...target(id, undefined, value)],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }) {
    const { target: _, ...old } = before;
    const { target: __, ...next } = after;
    return sameValue(old, next) ? { actions: target(id, before.target, after) } : undefined;
  },
  noun: ({ value }) => ({ comment: nameOf(value), owner: nameOf(value) }),
};

const nameOf = (statistics: Value): string => `STATISTICS ${quoteQualified(statistics)}`;

/** Those of one expression alone have no kinds to choose from. */
function creation(statistics: Value): string {
  const { kinds, columns, expressions, table } = statistics;
  const wanted = kinds.filter((kind) => kind !== "expressions");
  const kindsText = wanted.length === ALL_KINDS || wanted.length === 0 ? "" : ` (${wanted.join(", ")})`;
  const list = [...columns.map(quoteIdentifier), ...expressions];
  return `CREATE ${nameOf(statistics)}${kindsText} ON ${list.join(", ")} FROM ${quoteQualified(table)}`;
}

const ALL_KINDS = 3;

const target = (id: string, before: number | undefined, statistics: Value): readonly Action[] =>
  before === statistics.target
    ? []
    : [{ sql: `ALTER ${nameOf(statistics)} SET STATISTICS ${statistics.target ?? -1}`, alters: [id] }];

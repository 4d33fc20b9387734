import { quoteIdentifier } from "../../sql/quote.ts";
import type { MarkValue } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { alterRelation } from "./naming.ts";

export const CLUSTER_MARK: Rule<MarkValue> = {
  create: ({ id, value }) => [{ sql: setting(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `${alterRelation(value.on)}SET WITHOUT CLUSTER`, drops: [id] }],
  alter: (_, { id, value }) => ({ actions: [{ sql: setting(value), alters: [id] }] }),
};

const setting = ({ on, index }: MarkValue): string => `${alterRelation(on)}CLUSTER ON ${quoteIdentifier(index)}`;

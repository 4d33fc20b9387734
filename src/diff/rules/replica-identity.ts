import { quoteIdentifier } from "../../sql/quote.ts";
import type { ReplicaIdentityValue } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { alterRelation } from "./naming.ts";

export const REPLICA_IDENTITY: Rule<ReplicaIdentityValue> = {
  create: ({ id, value }) => [{ sql: setting(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `${alterRelation(value.on)}REPLICA IDENTITY DEFAULT`, drops: [id] }],
  alter: (_, { id, value }) => ({ actions: [{ sql: setting(value), alters: [id] }] }),
};

function setting({ on, identity, index }: ReplicaIdentityValue): string {
  const said = identity === "index" ? `USING INDEX ${quoteIdentifier(index ?? "")}` : identity.toUpperCase();
  return `${alterRelation(on)}REPLICA IDENTITY ${said}`;
}

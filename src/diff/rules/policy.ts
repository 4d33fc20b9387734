import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { roleName } from "./role-name.ts";

type Value = ElementValues["policy"];

export const POLICY: Rule<Value> = {
  create: ({ id, value }) => [{ sql: creation(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }) {
    // ALTER POLICY has no way to say that there is no condition any more.
    const takesAway =
      (before.using !== undefined && after.using === undefined) ||
      (before.check !== undefined && after.check === undefined);
    if (takesAway || before.command !== after.command || before.permissive !== after.permissive) {
      return;
    }
    const changes = [
      ...(String(before.roles) === String(after.roles) ? [] : [rolesText(after)]),
      ...(before.using === after.using ? [] : [`USING (${after.using})`]),
      ...(before.check === after.check ? [] : [`WITH CHECK (${after.check})`]),
    ];
    return { actions: [{ sql: `ALTER ${nameOf(after)} ${changes.join(" ")}`, alters: [id] }] };
  },
  noun: ({ value }) => ({ comment: nameOf(value) }),
};

const nameOf = ({ name, on }: Value): string => `POLICY ${quoteIdentifier(name)} ON ${quoteQualified(on)}`;

const rolesText = ({ roles }: Value): string => `TO ${roles.map(roleName).join(", ")}`;

const creation = (policy: Value): string =>
  [
    `CREATE ${nameOf(policy)}`,
    policy.permissive ? "" : " AS RESTRICTIVE",
    policy.command === "all" ? "" : ` FOR ${policy.command.toUpperCase()}`,
    policy.roles.length === 1 && policy.roles[0] === "public" ? "" : ` ${rolesText(policy)}`,
    policy.using === undefined ? "" : ` USING (${policy.using})`,
    policy.check === undefined ? "" : ` WITH CHECK (${policy.check})`,
  ].join("");

import { quoteIdentifier } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { roleName } from "./role-name.ts";

type Value = ElementValues["user mapping"];

/** The values of the options are credentials: no catalog has them, so what they are is left to the author. */
export const USER_MAPPING: Rule<Value> = {
  create: ({ id, value }) => [{ sql: `CREATE ${nameOf(value)}`, creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  isBeyond: (before, after) =>
    after?.value.optionNames.some((name) => before?.value.optionNames.includes(name) !== true) === true,
  alter({ id, value: before }, { value: after }) {
    const gone = before.optionNames.filter((name) => !after.optionNames.includes(name));
    const options = gone.map((name) => `DROP ${quoteIdentifier(name)}`).join(", ");
    return {
      actions: gone.length === 0 ? [] : [{ sql: `ALTER ${nameOf(after)} OPTIONS (${options})`, alters: [id] }],
    };
  },
};

const nameOf = ({ user, server }: Value): string =>
  `USER MAPPING FOR ${roleName(user)} SERVER ${quoteIdentifier(server)}`;

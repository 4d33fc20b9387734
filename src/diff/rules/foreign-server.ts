import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { asksForSecret, optionsFrom, optionsOf } from "./foreign-options.ts";

type Value = ElementValues["foreign server"];

export const FOREIGN_SERVER: Rule<Value> = {
  create: ({ id, value }) => [{ sql: creation(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }) {
    // A version can be changed, but not taken away.
    const losesVersion = before.version !== undefined && after.version === undefined;
    if (before.wrapper !== after.wrapper || before.type !== after.type || losesVersion) {
      return;
    }
    const version =
      after.version === undefined || before.version === after.version ? "" : ` VERSION ${quoteLiteral(after.version)}`;
    const changes = version + optionsFrom(before.options, after.options);
    return { actions: changes === "" ? [] : [{ sql: `ALTER ${nameOf(after)}${changes}`, alters: [id] }] };
  },
  isBeyond: (before, after) => asksForSecret(before?.value.options, after?.value.options),
  noun({ value }) {
    const name = nameOf(value);
    return { comment: name, owner: name, grant: `FOREIGN ${name}` };
  },
};

const nameOf = ({ name }: Value): string => `SERVER ${quoteIdentifier(name)}`;

const creation = (server: Value): string =>
  [
    `CREATE ${nameOf(server)}`,
    server.type === undefined ? "" : ` TYPE ${quoteLiteral(server.type)}`,
    server.version === undefined ? "" : ` VERSION ${quoteLiteral(server.version)}`,
    ` FOREIGN DATA WRAPPER ${quoteIdentifier(server.wrapper)}`,
    optionsOf(server.options),
  ].join("");

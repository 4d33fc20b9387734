import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { renewed } from "./renewal.ts";

type Value = ElementValues["collation"];

export const COLLATION: Rule<Value> = {
  create: ({ id, value }) => [{ sql: collationText(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter: (before, after, sides) =>
    renewed(before, after, sides, {
      rename: (old) => [`ALTER ${nameOf(after.value)} RENAME TO ${quoteIdentifier(old)}`],
      create: collationText(after.value),
      drop: (name) => `DROP COLLATION ${quoteQualified({ schema: after.value.schema, name })}`,
    }),
  noun: ({ value }) => ({ comment: nameOf(value), owner: nameOf(value) }),
};

const nameOf = (collation: Value): string => `COLLATION ${quoteQualified(collation)}`;

/** What goes with every encoding can only be copied: CREATE COLLATION gives the database's to all others of libc. */
function collationText(collation: Value): string {
  if (collation.everyEncoding === true) {
    return `CREATE ${nameOf(collation)} FROM ${quoteQualified({ schema: "pg_catalog", name: collation.collate ?? "C" })}`;
  }
  const { provider, deterministic, locale, collate, ctype, rules } = collation;
  const clauses = [
    `provider = ${provider}`,
    ...(locale === undefined ? [] : [`locale = ${quoteLiteral(locale)}`]),
    ...(collate !== undefined && collate === ctype ? [`locale = ${quoteLiteral(collate)}`] : []),
    ...(collate === undefined || collate === ctype ? [] : [`lc_collate = ${quoteLiteral(collate)}`]),
    ...(ctype === undefined || collate === ctype ? [] : [`lc_ctype = ${quoteLiteral(ctype)}`]),
    ...(deterministic ? [] : ["deterministic = false"]),
    ...(rules === undefined ? [] : [`rules = ${quoteLiteral(rules)}`]),
  ];
  return `CREATE ${nameOf(collation)} (${clauses.join(", ")})`;
}

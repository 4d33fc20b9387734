import { quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { changedNumbers, followed, usualNumbers } from "./identity.ts";

type Value = ElementValues["sequence"];

export const SEQUENCE: Rule<Value> = {
  create: ({ id, value }) => [{ sql: createSequence(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP SEQUENCE ${quoteQualified(value)}`, drops: [id] }],
  alter: ({ value: before }, { id, value: after }) => ({
    actions: alterSequence(before, after).map((sql) => ({ sql, alters: [id] })),
  }),
  noun({ value }) {
    const noun = `SEQUENCE ${quoteQualified(value)}`;
    return { comment: noun, owner: noun, grant: noun };
  },
};

function createSequence(value: Value): string {
  const words = { permanent: "", unlogged: "UNLOGGED ", temporary: "TEMPORARY " }[value.persistence];
  return [
    `CREATE ${words}SEQUENCE ${quoteQualified(value)}`,
    ...(value.type === "bigint" ? [] : [`AS ${value.type}`]),
    ...changedNumbers(usualNumbers(value.type, value.increment), value),
  ].join(" ");
}

function alterSequence(before: Value, after: Value): string[] {
  const alter = `ALTER SEQUENCE ${quoteQualified(after)} `;
  const said = [
    ...(before.type === after.type ? [] : [`AS ${after.type}`]),
    ...changedNumbers(before.type === after.type ? before : followed(before, after), after),
  ];
  return [
    ...(said.length === 0 ? [] : [`${alter}${said.join(" ")}`]),
    ...(before.persistence === after.persistence
      ? []
      : [`${alter}SET ${after.persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`]),
  ];
}

import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { changedNumbers, followed, usualNumbers } from "./identity.ts";
import { freeName } from "./renewal.ts";
import { movePlace, widened } from "./sequence-place.ts";
import { successor } from "./sequence-successor.ts";

type Value = ElementValues["sequence"];

export const SEQUENCE: Rule<Value> = {
  create: ({ id, value }) => [{ sql: createSequence(value), creates: [id] }],
  drop(element, sides) {
    const { id, value } = element;
    const column = successor(element, sides);
    if (column === undefined) return [{ sql: `DROP SEQUENCE ${quoteQualified(value)}`, drops: [id] }];
    // The one that goes on behind it may have its name.
    const name = freeName(value, sides);
    return [
      { sql: `ALTER SEQUENCE ${quoteQualified(value)} RENAME TO ${quoteIdentifier(name)}`, drops: [id] },
      { sql: `DROP SEQUENCE ${quoteQualified({ schema: value.schema, name })}`, needs: [column] },
    ];
  },
  alter: ({ value: before }, { id, value: after }) => ({
    actions: alterSequence(before, after).map((sql) => ({
      sql,
      alters: [id],
    })),
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
  const move = movePlace(after, before, after);
  const wide = move === undefined ? before : within(before, after);
  const altered = (from: Value, to: Value): string[] => {
    const said = [
      ...(from.type === to.type ? [] : [`AS ${to.type}`]),
      ...changedNumbers(from.type === to.type ? from : followed(from, to), to),
    ];
    return said.length === 0 ? [] : [`${alter}${said.join(" ")}`];
  };
  return [
    ...altered(before, wide),
    ...(move === undefined ? [] : [move]),
    ...altered(wide, after),
    ...(before.persistence === after.persistence
      ? []
      : [`${alter}SET ${after.persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`]),
  ];
}

/** As before, with room for the places of both. */
function within(before: Value, after: Value): Value {
  const sizes = ["smallint", "integer", "bigint"] as const;
  const type = sizes[Math.max(sizes.indexOf(before.type), sizes.indexOf(after.type))] ?? "bigint";
  return { ...widened(before, after), type };
}

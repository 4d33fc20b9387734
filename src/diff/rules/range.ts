import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { renewed } from "./renewal.ts";
import { typeNoun } from "./type-noun.ts";

type Value = ElementValues["range"];

export const RANGE: Rule<Value> = {
  create: ({ id, value }) => [{ sql: creation(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP TYPE ${quoteQualified(value)}`, drops: [id] }],
  alter: (before, after, sides) =>
    renewed(before, after, sides, {
      rename: (old) => renaming(before.value, old),
      create: creation(after.value),
      drop: (name) => `DROP TYPE ${quoteQualified({ schema: after.value.schema, name })}`,
    }),
  carry: (before, after, sides) => RANGE.alter?.(before, after, sides),
  noun: ({ value }) => typeNoun(value),
};

function creation(type: Value): string {
  const { subtype, opclass, collation, canonical, subtypeDiff, multirange } = type;
  const clauses = [
    `SUBTYPE = ${subtype.text}`,
    `SUBTYPE_OPCLASS = ${quoteQualified(opclass)}`,
    ...(collation === undefined ? [] : [`COLLATION = ${quoteQualified(collation)}`]),
    ...(canonical === undefined ? [] : [`CANONICAL = ${quoteQualified(canonical)}`]),
    ...(subtypeDiff === undefined ? [] : [`SUBTYPE_DIFF = ${quoteQualified(subtypeDiff)}`]),
    `MULTIRANGE_TYPE_NAME = ${quoteQualified(multirange)}`,
  ];
  return `CREATE TYPE ${quoteQualified(type)} AS RANGE (${clauses.join(", ")})`;
}

/** The functions that make its values keep the names that they were made with. */
function renaming(type: Value, old: string): readonly string[] {
  const { schema, subtype, multirange } = type;
  const oldType = quoteQualified({ schema, name: old });
  const to = `RENAME TO ${quoteIdentifier(old)}`;
  const manyTo = `RENAME TO ${quoteIdentifier(`${old}_multirange`)}`;
  const one = quoteQualified(type);
  const many = quoteQualified(multirange);
  return [
    `ALTER TYPE ${one} ${to}`,
    `ALTER TYPE ${many} ${manyTo}`,
    `ALTER FUNCTION ${one}(${subtype.text}, ${subtype.text}) ${to}`,
    `ALTER FUNCTION ${one}(${subtype.text}, ${subtype.text}, text) ${to}`,
    `ALTER FUNCTION ${many}() ${manyTo}`,
    `ALTER FUNCTION ${many}(${oldType}) ${manyTo}`,
    `ALTER FUNCTION ${many}(${oldType}[]) ${manyTo}`,
  ];
}

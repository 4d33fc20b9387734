import { makeObjectName } from "../../sql/generated-name.ts";
import { quoteLiteral } from "../../sql/quote.ts";

/** How many numbered names are tried before the derivation gives up. */
const TRIES = 20;

/**
 * An SQL expression of type text for the name PostgreSQL will choose: the first of `a_b_label`, `a_b_label1`, … for
 * which `taken`, a condition over `o.name`, does not hold; null when all are taken.
 */
export function generatedName(first: string, second: string | undefined, label: string, taken: string): string {
  const names = Array.from({ length: TRIES }, (_, at) => makeObjectName(first, second, at === 0 ? label : label + at));
  return `(SELECT o.name FROM unnest(ARRAY[${names.map(quoteLiteral).join(", ")}]::text[]) WITH ORDINALITY AS o(name, place)
      WHERE NOT (${taken}) ORDER BY o.place LIMIT 1)`;
}

/** Conditions over `o.name` in the schema that the SQL expression `schema` gives. */
export const constraintNameTaken = (schema: string): string =>
  `EXISTS (SELECT FROM pg_constraint n WHERE n.connamespace = ${schema} AND n.conname = o.name)`;

export const relationNameTaken = (schema: string): string =>
  `EXISTS (SELECT FROM pg_class n WHERE n.relnamespace = ${schema} AND n.relname = o.name)`;

import { quoteLiteral } from "../../sql/quote.ts";

/** PostgreSQL cuts names to this many bytes. */
const LONGEST = 63;

const bytes = (text: string): number => Buffer.byteLength(text);

/** `text` cut to `room` bytes without splitting a character. */
function clip(text: string, room: number): string {
  let clipped = "";
  for (const character of text) {
    if (bytes(clipped) + bytes(character) > room) break;
    clipped += character;
  }
  return clipped;
}

/** PostgreSQL's makeObjectName: the longer of the first two parts gives way. */
function makeObjectName(first: string, second: string | undefined, label: string): string {
  const room = LONGEST - bytes(label) - 1 - (second === undefined ? 0 : 1);
  let left = bytes(first);
  let right = second === undefined ? 0 : bytes(second);
  while (left + right > room) {
    if (left > right) left--;
    else right--;
  }
  return [clip(first, left), ...(second === undefined ? [] : [clip(second, right)]), label].join("_");
}

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

/** PostgreSQL's ChooseIndexNameAddition: column names joined until the name is full anyway. */
export function joinColumnNames(columns: readonly string[]): string {
  let joined = "";
  for (const column of columns) {
    joined += (joined === "" ? "" : "_") + column;
    if (bytes(joined) > LONGEST) break;
  }
  return joined;
}

import type { TypeReference } from "../../catalog/model/names.ts";
import { objectId } from "../../catalog/object-id.ts";
import type { ElementValues } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";

/** How the values of one type become values of another. */
export interface Conversion {
  /** What stands behind the column's name in USING; undefined when the server needs none. */
  readonly using?: string;
  /** The two compare with each other, so that a foreign key between them stands. */
  readonly comparable: boolean;
}

/** Types of which each becomes each other on assignment. */
const FAMILIES: readonly (readonly string[])[] = [
  ["smallint", "integer", "bigint", "numeric", "real", "double precision"],
  ["text", "character varying", "character", "name", "citext"],
  ["date", "timestamp without time zone", "timestamp with time zone"],
  ["bit", "bit varying"],
  ["inet", "cidr"],
];

/** Types that one index can compare with each other (families of operators of btree). */
const COMPARABLE: readonly (readonly string[])[] = [
  ["smallint", "integer", "bigint"],
  ["real", "double precision"],
  ["text", "character varying", "name"],
  ["date", "timestamp without time zone", "timestamp with time zone"],
  ["bit", "bit varying"],
  ["inet", "cidr"],
];

/** Further pairs that are cast on assignment, in both directions. */
const ASSIGNED: readonly (readonly [string, string])[] = [
  ["json", "jsonb"],
  ["money", "numeric"],
  ["money", "integer"],
  ["money", "bigint"],
  ["time without time zone", "time with time zone"],
];

/** Pairs with an explicit cast, from the first to the second. */
const CAST: readonly (readonly [string, string])[] = [
  ["integer", "boolean"],
  ["boolean", "integer"],
  ["integer", "bit"],
  ["bigint", "bit"],
  ["bit", "integer"],
  ["bit", "bigint"],
  ["timestamp without time zone", "time without time zone"],
  ["timestamp with time zone", "time with time zone"],
  ["timestamp with time zone", "time without time zone"],
  ["interval", "time without time zone"],
  ["time without time zone", "interval"],
];

const TEXTS = FAMILIES[1] ?? [];

export function conversion(before: TypeReference, after: TypeReference, { from, to }: Sides): Conversion {
  const old = baseOf(before, from);
  const wanted = baseOf(after, to);
  const comparable = old === wanted || inOneOf(COMPARABLE, old, wanted);
  if (
    comparable ||
    inOneOf(FAMILIES, old, wanted) ||
    (isText(wanted) && !after.array) ||
    ASSIGNED.some((pair) => isPair(pair, old, wanted) || isPair(pair, wanted, old))
  ) {
    return { comparable };
  }
  if (isText(old) || CAST.some((pair) => isPair(pair, old, wanted))) {
    return { using: `::${after.text}`, comparable };
  }
  // Any two types understand each other's text, as far as values allow it.
  return { using: `::text::${after.text}`, comparable };
}

const isPair = ([first, second]: readonly [string, string], a: string, b: string): boolean =>
  first === a && second === b;
const inOneOf = (families: readonly (readonly string[])[], a: string, b: string): boolean =>
  families.some((family) => family.includes(a) && family.includes(b));
const isText = (type: string): boolean => TEXTS.includes(type);

/** The type without its modifier, and a domain's base for the domain. */
function baseOf(type: TypeReference, side: Side): string {
  const element = side.elements.get(objectId("type", type.schema, type.name));
  if (!type.array && element?.kind === "domain") {
    return baseOf((element.value as ElementValues["domain"]).base, side);
  }
  return type.text.replace(/\([\d, -]+\)/, "");
}

import type { Catalog } from "../../catalog/catalog.ts";
import type { TypeReference } from "../../catalog/model/names.ts";

/**
 * What two values are compared as. `text`, `json`, `jsonb` and `printed` by their text; `plain` by the bytes that stand for
 * them on any server.
 */
export type Family = "integer" | "numeric" | "float" | "boolean" | "text" | "json" | "jsonb" | "plain" | "printed";

/** Enums are missing: their bytes are OIDs, which differ between databases. */
const FAMILIES: Readonly<Record<string, Family>> = {
  int2: "integer",
  int4: "integer",
  int8: "integer",
  numeric: "numeric",
  float4: "float",
  float8: "float",
  text: "text",
  varchar: "text",
  bpchar: "text",
  name: "text",
  char: "text",
  json: "json",
  jsonb: "jsonb",
  bool: "boolean",
  bytea: "plain",
  uuid: "plain",
  date: "plain",
  time: "plain",
  timetz: "plain",
  timestamp: "plain",
  timestamptz: "plain",
  interval: "plain",
  inet: "plain",
  cidr: "plain",
  macaddr: "plain",
  macaddr8: "plain",
};

/** How a value of one side stands in SQL so that it can be compared with the other side's. */
export interface ColumnForm {
  readonly family: Family;
  /** The value itself, in what both sides have in common. */
  readonly common: (sql: string) => string;
  /** Name of the type that `plain` values have in common. */
  readonly type?: string;
}

/** The type below domains. */
export function baseType(type: TypeReference, domains: Catalog["domains"]): TypeReference {
  const domain = domains.find(({ schema, name }) => schema === type.schema && name === type.name);
  // An array of a domain is compared as it is printed.
  return domain === undefined || type.array ? type : baseType(domain.base, domains);
}

/** Arrays are compared as they are printed, with their bounds. */
export const familyOf = ({ schema, name, array }: TypeReference): Family =>
  schema === "pg_catalog" && !array ? (FAMILIES[name] ?? "printed") : "printed";

const AS_TEXT: ColumnForm = { family: "text", common: (sql) => `(${sql})::text COLLATE "C"` };

/**
 * The forms of a column on both sides. Where the types differ, both become what holds the values of both; what has
 * nothing in common is compared as it is printed.
 *
 * @param left,right below domains
 */
export function formsOf(left: TypeReference, right: TypeReference): readonly [ColumnForm, ColumnForm] {
  const families = [familyOf(left), familyOf(right)] as const;
  const isSame = left.schema === right.schema && left.name === right.name && left.array === right.array;
  if (isSame) {
    const form = ownForm(families[0], left.name);
    return [form, form];
  }
  const all = (...some: readonly Family[]): boolean => families.every((family) => some.includes(family));
  const both = (family: Family, type: string): readonly [ColumnForm, ColumnForm] => {
    const form: ColumnForm = { family, common: (sql) => `(${sql})::${type}` };
    return [form, form];
  };
  if (!left.array && !right.array) {
    if (all("integer")) return both("integer", "int8");
    if (all("float")) return both("float", "float8");
    if (all("integer", "numeric", "float")) return [numericForm(families[0]), numericForm(families[1])];
    if (all("json", "jsonb")) return both("jsonb", "jsonb");
    if ([left, right].every(({ name }) => name in TIMES)) return [timeForm(left), timeForm(right)];
  }
  return [AS_TEXT, AS_TEXT];
}

/** Casting a float to numeric keeps 15 digits; what it prints keeps all. */
const numericForm = (family: Family): ColumnForm => ({
  family: "numeric",
  common: (sql) => (family === "float" ? `(${sql})::text::numeric` : `(${sql})::numeric`),
});

const TIMES: Readonly<Record<string, string>> = {
  date: "::timestamp",
  timestamp: "",
  timestamptz: " AT TIME ZONE 'UTC'",
};

const timeForm = ({ name }: TypeReference): ColumnForm => ({
  family: "plain",
  common: (sql) => `(${sql})${TIMES[name] ?? ""}`,
  type: "timestamp",
});

function ownForm(family: Family, type: string): ColumnForm {
  switch (family) {
    case "text":
    case "json":
    case "printed":
      return AS_TEXT;
    default:
      return { family, common: (sql) => `(${sql})`, type };
  }
}

/** A value as text: what is equal by the type's own `=` has the same, as far as texts can tell. */
export function textOf({ family, common }: ColumnForm, sql: string): string {
  const value = common(sql);
  switch (family) {
    case "numeric":
      return `trim_scale(${value})::text`;
    case "float":
      // Minus nought equals nought.
      return `(${value} + 0)::text`;
    default:
      return `(${value})::text`;
  }
}

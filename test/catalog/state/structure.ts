import type { Catalog } from "../../../src/catalog/catalog.ts";

/** Fields that hold SQL as the server spells it: of these only whether there is one is compared. */
const SPELLED: ReadonlySet<string> = new Set([
  "definition",
  "expression",
  "default",
  "predicate",
  "using",
  "check",
  "when",
  "where",
  "body",
  "sqlBody",
]);

/**
 * A catalog without what is only spelling. Blanked are: the text of expressions and definitions (whether there is one
 * stays), the values in a partition's bound (its kind stays), the defaults of arguments, the texts of a statistics object's expressions (their
 * number stays), temporary objects, which are not read, what is not modelled
 * anyway (a range brings a cast), and facts. An empty definition counts as one, since the server writes one for everything.
 */
export function structureOf(catalog: Catalog): unknown {
  const { facts: _, unmodelled: __, ...rest } = catalog;
  return blanked(rest);
}

const isTemporary = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (("schema" in value && value.schema === "pg_temp") ||
    ("from" in value && typeof value.from === "string" && value.from.includes(":pg_temp.")));

function blanked(value: unknown, field = ""): unknown {
  if (SPELLED.has(field) && typeof value === "string") {
    return "(spelled)";
  }
  if (field === "bound" && typeof value === "string") {
    return value.replaceAll(/\(.*?\)/gs, "()");
  }
  if (field === "arguments" && typeof value === "string") {
    return value.replaceAll(/ DEFAULT .*?(?=, |$)/g, " DEFAULT");
  }
  if (field === "expressions" && Array.isArray(value)) {
    return value.length;
  }
  if (Array.isArray(value)) {
    return value.filter((one) => !isTemporary(one)).map((one) => blanked(one));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, blanked(one, key)]));
  }
  return value;
}

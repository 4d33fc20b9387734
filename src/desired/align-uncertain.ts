import type { Catalog } from "../catalog/catalog.ts";
import type { Constraint } from "../catalog/model/constraint.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import { stableJson } from "../catalog/stable-json.ts";
import { expressionWithoutCasts } from "../catalog/state/apply/comparable-expression.ts";
import { quoteQualified } from "../sql/quote.ts";

/**
 * How the server will write an expression that was followed from a statement is not always certain: then the definition
 * is empty. Indexes and checks of which nothing else than such spelling differs from the other side are taken to be as
 * they are there.
 */
export function alignUncertain(catalog: Catalog, other: Catalog): Catalog {
  const relations = new Map([...other.tables, ...other.materializedViews].map((one) => [quoteQualified(one), one]));
  const tables = new Map(other.tables.map((one) => [quoteQualified(one), one]));
  return {
    ...catalog,
    tables: catalog.tables.map((table) => ({
      ...table,
      constraints: settled(table.constraints, tables.get(quoteQualified(table))?.constraints),
      indexes: settled(table.indexes, relations.get(quoteQualified(table))?.indexes),
    })),
    materializedViews: catalog.materializedViews.map((view) => ({
      ...view,
      indexes: settled(view.indexes, relations.get(quoteQualified(view))?.indexes),
    })),
  };
}

function settled<T extends TableIndex | Constraint>(list: readonly T[], others: readonly T[] = []): readonly T[] {
  return list.map((one) => {
    if (one.definition !== "") return one;
    const other = others.find(({ name }) => name === one.name);
    return other !== undefined && loosely(one) === loosely(other) ? other : one;
  });
}

/** What it says, without the casts that the server writes. */
const loosely = ({ definition: _, comment: __, ...rest }: TableIndex | Constraint): string =>
  stableJson(withLooseExpressions(rest));

const EXPRESSIONS: ReadonlySet<string> = new Set(["expression", "predicate"]);

function withLooseExpressions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLooseExpressions);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      EXPRESSIONS.has(key) && typeof item === "string"
        ? (expressionWithoutCasts(item) ?? item)
        : withLooseExpressions(item),
    ]),
  );
}

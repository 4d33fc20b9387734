import type { ColumnFacts } from "../../catalog/model/facts.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { shapeOf } from "./shapes.ts";
import { factsOf, type TableSize } from "./table-size.ts";

/** The columns of a table that an assignment list gives values to, with the expressions. */
export function assignedColumns(set: string, { table }: TableSize): readonly string[] {
  return table.columns
    .map(({ name }) => name)
    .filter((name) => [name, quoteIdentifier(name)].some((written) => isAssigned(set, written)));
}

/** A name before `=`, at the beginning of the list or behind a comma or a parenthesis. */
function isAssigned(set: string, written: string): boolean {
  for (let at = set.indexOf(written); at !== -1; at = set.indexOf(written, at + 1)) {
    const before = set.slice(0, at).trimEnd();
    const behind = set.slice(at + written.length).trimStart();
    if ((before === "" || /[,(]$/.test(before)) && /^(?:=[^=]|,|\))/.test(behind)) return true;
  }
  return false;
}

/** Digits of a number as text. */
const WIDTH_AS_TEXT = 8;

/**
 * What is to be known of columns whose values are computed: as many are null and equal as of the column that they come
 * from, where it is one; where the type does not say how wide they are, they are like the widest that the expression reads.
 */
export function computedFacts(
  columns: readonly string[],
  expressions: string,
  size: TableSize,
  state: CatalogState,
): readonly ColumnFacts[] {
  const { table, facts } = size;
  const sources = table.columns.filter(({ name }) => !columns.includes(name) && mentions(expressions, name));
  // A cast, or something like it: as many values, and as many that are equal.
  const [only, ...others] = sources;
  const alike = only === undefined || others.length > 0 ? undefined : factsOf(facts, only.name);
  const kept = {
    nullFraction: alike?.nullFraction ?? 0,
    ...(alike?.distinct === undefined ? {} : { distinct: alike.distinct }),
  };
  const widths = sources.map((column) => {
    const shape = shapeOf(column, factsOf(facts, column.name), state);
    return shape.isFixed ? WIDTH_AS_TEXT : shape.width;
  });
  return columns.map((name) => {
    const known = factsOf(facts, name);
    if (known?.averageWidth !== undefined) return { ...known, nullFraction: 0 };
    const column = table.columns.find((one) => one.name === name);
    const own = column === undefined ? 0 : shapeOf({ ...column, notNull: true }, undefined, state);
    const isWide = own !== 0 && !own.isFixed && column?.type.name !== "numeric";
    const averageWidth = own === 0 ? 0 : isWide && widths.length > 0 ? Math.max(...widths) : own.width;
    return { name, ...kept, averageWidth, hasMissingValue: false };
  });
}

/** Whether a text has a name in it, as a word of its own. */
export function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!/[\w$]/.test(text[at - 1] ?? " ") && !/[\w$]/.test(text[at + name.length] ?? " ")) return true;
  }
  return false;
}

import type { Catalog } from "../../catalog/catalog.ts";
import type { Column } from "../../catalog/model/column.ts";
import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { QualifiedName, TypeReference } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { type Literals, literalsOf } from "./literals.ts";
import { textsOfType } from "./values-of-type.ts";

/** What a column may be given: an SQL expression, or nothing, which leaves it to its default. */
export type Choice = string | undefined;

/**
 * What may be tried for each column of a table in a row, the likeliest first. Columns that nobody can write are left out.
 *
 * @param row from 1
 */
export function choicesOf(table: Table, catalog: Catalog, row: number): ReadonlyMap<string, readonly Choice[]> {
  const hints = hintsOf(table, catalog);
  const keys = table.constraints.filter((one): one is ForeignKey => one.type === "foreign key");
  const choices = new Map<string, readonly Choice[]>();
  for (const column of table.columns) {
    if (column.generated !== undefined || column.identity?.generation === "always") continue;
    const hasDefault = column.default !== undefined || column.identity !== undefined;
    const referred = keys
      .filter(({ columns }) => columns.includes(column.name))
      .flatMap((key) => referredValues(key, column.name, row));
    choices.set(column.name, [
      ...referred,
      ...(hasDefault && referred.length === 0 ? [undefined] : []),
      ...valuesOf(column.type, catalog, row, hints(column)),
      ...(column.notNull ? [] : ["NULL"]),
    ]);
  }
  return choices;
}

/** Values of the row of that number, then of the others: columns of one key find them in the same row. */
function referredValues({ columns, references }: ForeignKey, column: string, row: number): readonly string[] {
  const referred = references.columns[columns.indexOf(column)] ?? "";
  return [row - 1, 0, 1, 2].map(
    (offset) =>
      `(SELECT ${quoteIdentifier(referred)} FROM ${quoteQualified(references)} ORDER BY tableoid, ctid OFFSET ${offset} LIMIT 1)`,
  );
}

/** Constants out of the conditions that a column stands in, and of the bounds of the partition that the table is. */
function hintsOf(table: Table, catalog: Catalog): (column: Column) => Literals {
  const bounds: { readonly columns: readonly (string | null)[]; readonly bound: string }[] = [];
  for (let at: Table | undefined = table; at?.partitionOf !== undefined; ) {
    const { parent, bound }: NonNullable<Table["partitionOf"]> = at.partitionOf;
    at = find(catalog.tables, parent);
    bounds.push({ columns: at?.partitioning?.columns ?? [], bound });
  }
  return ({ name, type }) => {
    const checks = table.constraints.flatMap((one) =>
      one.type === "check" && one.columns.includes(name) ? [one.expression] : [],
    );
    const limits = bounds.flatMap(({ columns, bound }) =>
      columns.includes(name) || columns.includes(null) ? [bound] : [],
    );
    return literalsOf([...limits, ...checks, ...domainChecks(type, catalog)]);
  };
}

function domainChecks(type: QualifiedName, catalog: Catalog): readonly string[] {
  const domain = find(catalog.domains, type);
  return domain === undefined
    ? []
    : [
        ...domain.constraints.filter((one) => one.type === "check").map(({ definition }) => definition),
        ...domainChecks(domain.base, catalog),
      ];
}

function valuesOf(type: TypeReference, catalog: Catalog, row: number, hints: Literals): readonly string[] {
  const cast = (text: string): string => `CAST(${quoteLiteral(text)} AS ${type.text})`;
  if (type.array) {
    const { array: _array, text, ...element } = type;
    const one = { ...element, array: false, text: text.replace(/\[\]$/, "") };
    const elements = valuesOf(one, catalog, row, hints).slice(0, 12);
    return [...elements.map((value) => `CAST(ARRAY[${value}] AS ${text})`), cast("{}")];
  }
  const labels = find(catalog.enums, type)?.labels;
  if (labels !== undefined) {
    const first = (row - 1) % Math.max(1, labels.length);
    return [...labels.slice(first), ...labels.slice(0, first)].map(cast);
  }
  const domain = find(catalog.domains, type);
  if (domain !== undefined) {
    return valuesOf(domain.base, catalog, row, hints).map((value) => `CAST(${value} AS ${type.text})`);
  }
  const composite = find(catalog.composites, type);
  if (composite !== undefined) {
    const parts = composite.attributes.map((one) => valuesOf(one.type, catalog, row, hints)[0] ?? "NULL");
    return [`CAST(ROW(${parts.join(", ")}) AS ${type.text})`];
  }
  if (/range$/.test(type.name) || find(catalog.ranges, type) !== undefined) {
    const bounds = [`[${row}0,${row}5)`, `[2024-01-0${row},2024-01-0${row + 1})`, "empty"];
    return (type.name.endsWith("multirange") ? bounds.map((one) => `{${one === "empty" ? "" : one}}`) : bounds).map(
      cast,
    );
  }
  return textsOfType(type.name, type.text, row, hints).map(cast);
}

const find = <T extends QualifiedName>(all: readonly T[], { schema, name }: QualifiedName): T | undefined =>
  all.find((one) => one.name === name && one.schema === schema);

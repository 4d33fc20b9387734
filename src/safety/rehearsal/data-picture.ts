import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { type RowSieve, sieveOf, siftedRows } from "./row-sieve.ts";

/** What a table holds, whatever the order of its rows and columns. */
export interface TableData {
  readonly rows: number;
  /** Of the whole rows. */
  readonly sum: string;
  /** Of single columns. */
  readonly columns: Readonly<Record<string, string>>;
  /** By which rows that differ are found again; undefined without a primary key. */
  readonly sieve: RowSieve | undefined;
}

export type DataPicture = ReadonlyMap<string, TableData>;

/** A table that holds something else than it did. */
export interface DataDifference {
  readonly table: string;
  readonly rowsBefore: number;
  /** Null: the table is not there any more. */
  readonly rowsAfter: number | null;
  /** Columns with other values; empty where only the rows are put together otherwise. */
  readonly columns: readonly string[];
  /** Some of the rows that are otherwise or new, by their keys and these columns; none where it cannot be told which. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Rows and checksums of all tables with rows of their own: two passes over each. */
export async function pictureOfData(session: Session, { tables }: Catalog): Promise<DataPicture> {
  const picture = new Map<string, TableData>();
  for (const table of tables.filter(({ kind }) => kind === "ordinary")) {
    const data = await dataOf(session, table);
    picture.set(nameOf(table), { ...data, sieve: await sieveOf(session, table, data.rows) });
  }
  return picture;
}

const nameOf = ({ schema, name }: Table): string => `${schema}.${name}`;
const hashOf = (expression: string): string => `coalesce(sum(hashtextextended(${expression}, 0)::numeric), 0)::text`;

async function dataOf(session: Session, table: Table): Promise<Omit<TableData, "sieve">> {
  const columns = table.columns.map(({ name }) => name).toSorted();
  const row = `ROW(${columns.map(quoteIdentifier).join(", ")})::text`;
  // An array: a table may have more columns than a function has arguments.
  const sums = columns.map((name) => hashOf(`${quoteIdentifier(name)}::text`));
  const [found] = await session.query<{ rows: number; sum: string; sums: readonly string[] }>(
    `SELECT count(*)::float8 AS rows, ${hashOf(row)} AS sum, ARRAY[${sums.join(", ")}]::text[] AS sums
     FROM ONLY ${quoteQualified(table)}`,
  );
  return {
    rows: found?.rows ?? 0,
    sum: found?.sum ?? "0",
    columns: Object.fromEntries(columns.map((name, at) => [name, found?.sums[at] ?? "0"])),
  };
}

/** What is otherwise now than it was; of tables that were there before. */
export async function differencesFrom(
  before: DataPicture,
  session: Session,
  { tables }: Catalog,
): Promise<readonly DataDifference[]> {
  const there = new Map(tables.map((table) => [nameOf(table), table]));
  const differences: DataDifference[] = [];
  for (const [name, was] of before) {
    const table = there.get(name);
    const now = table?.kind === "ordinary" ? await dataOf(session, table) : undefined;
    if (now?.sum === was.sum && now.rows === was.rows) continue;
    const columns = Object.keys(was.columns).filter((column) => now?.columns[column] !== was.columns[column]);
    differences.push({
      table: name,
      rowsBefore: was.rows,
      rowsAfter: now?.rows ?? null,
      columns: now === undefined ? [] : columns,
      rows:
        was.sieve === undefined || table === undefined || now === undefined
          ? []
          : await siftedRows(session, table, was.sieve, columns),
    });
  }
  return differences;
}

import type { Catalog } from "../../catalog/catalog.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";

/** What a table holds, whatever the order of its rows and columns. */
export interface TableData {
  readonly rows: number;
  /** Of the whole rows. */
  readonly sum: string;
  /** Of single columns. */
  readonly columns: Readonly<Record<string, string>>;
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
}

/** Rows and checksums of all tables with rows of their own: one pass over each. */
export async function pictureOfData(session: Session, { tables }: Catalog): Promise<DataPicture> {
  const picture = new Map<string, TableData>();
  for (const table of tables.filter(({ kind }) => kind === "ordinary")) {
    picture.set(`${table.schema}.${table.name}`, await dataOf(session, table));
  }
  return picture;
}

const hashOf = (expression: string): string => `coalesce(sum(hashtextextended(${expression}, 0)::numeric), 0)::text`;

async function dataOf(session: Session, table: Table): Promise<TableData> {
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

/** What is otherwise than it was; of tables that were there before. */
export function differencesOf(before: DataPicture, after: DataPicture): readonly DataDifference[] {
  return [...before].flatMap(([table, was]) => {
    const now = after.get(table);
    if (now?.sum === was.sum && now.rows === was.rows) return [];
    const columns = Object.keys(was.columns).filter((name) => now?.columns[name] !== was.columns[name]);
    return [{ table, rowsBefore: was.rows, rowsAfter: now?.rows ?? null, columns: now === undefined ? [] : columns }];
  });
}

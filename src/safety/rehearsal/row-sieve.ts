import type { Table } from "../../catalog/model/table.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";

/**
 * Checksums of a table's rows, put into buckets by the hash of their keys, three times over: a row that is otherwise
 * later is the one whose three buckets all are. So rows are named without any being kept.
 */
export interface RowSieve {
  /** Columns that are compared. */
  readonly columns: readonly string[];
  readonly keys: readonly string[];
  /** How many buckets there are in each of the three; a power of two. */
  readonly width: number;
  /** Of all buckets, one of the three behind the other. */
  readonly sums: BigInt64Array;
}

type Row = Readonly<Record<string, unknown>>;

const TIMES = 3;
const SMALL = { rows: 100_000, bits: 9 };
const BITS = 12;
const SHOWN = 5;

/** Rows may be named though they are as they were: so many in a hundred of those that match, at most. */
const DOUBT = 0.05;

/** @returns undefined without a primary key */
export async function sieveOf(session: Session, table: Table, rows: number): Promise<RowSieve | undefined> {
  const keys = table.constraints.find(({ type }) => type === "primary key")?.columns ?? [];
  if (keys.length === 0) return undefined;
  const columns = table.columns.map(({ name }) => name).toSorted();
  const width = 2 ** (rows < SMALL.rows ? SMALL.bits : BITS);
  return { columns, keys, width, sums: await sumsOf(session, table, { columns, keys, width }) };
}

/**
 * Some of the rows that are otherwise than when the sieve was made, or new: their keys, and the columns that are named.
 *
 * @returns none where rows only went away, where there are too many to tell them from the others, and where the table has
 *   other columns now
 */
export async function siftedRows(
  session: Session,
  table: Table,
  sieve: RowSieve,
  told: readonly string[],
): Promise<readonly Row[]> {
  const names = new Set(table.columns.map(({ name }) => name));
  if (!sieve.columns.every((name) => names.has(name))) return [];
  const { width, keys } = sieve;
  const now = await sumsOf(session, table, sieve);
  const changed: number[][] = Array.from({ length: TIMES }, () => []);
  for (const [at, sum] of now.entries()) {
    if (sum !== sieve.sums[at]) changed[Math.floor(at / width)]?.push(at % width);
  }
  const matches = changed.map((_, nth) => `${bucketOf(keys, nth, width)} = ANY ($${nth + 1}::int[])`).join(" AND ");
  const [seen] = await session.query<{ rows: number; matches: number }>(
    `SELECT count(*)::float8 AS rows, count(*) FILTER (WHERE ${matches})::float8 AS matches FROM ONLY ${quoteQualified(table)}`,
    changed,
  );
  const { rows = 0, matches: found = 0 } = seen ?? {};
  const byChance = changed.reduce((share, { length }) => share * (length / width), rows);
  if (found === 0 || byChance > DOUBT * found) return [];
  return await session.query<Row>(
    `SELECT ${listed([...new Set([...keys, ...told])])} FROM ONLY ${quoteQualified(table)} WHERE ${matches} ORDER BY ${listed(keys)} LIMIT ${SHOWN}`,
    changed,
  );
}

const listed = (names: readonly string[]): string => names.map(quoteIdentifier).join(", ");

/** Each of the three takes bits of its own of the key's hash. */
const bucketOf = (keys: readonly string[], nth: number, width: number): string =>
  `((hashtextextended(ROW(${listed(keys)})::text, 0) >> ${nth * 16}) & ${width - 1})::int`;

async function sumsOf(
  session: Session,
  table: Table,
  { columns, keys, width }: Pick<RowSieve, "columns" | "keys" | "width">,
): Promise<BigInt64Array> {
  const [a, b, c] = [0, 1, 2].map((nth) => bucketOf(keys, nth, width));
  const found = await session.query<{ nth: number; bucket: number; sum: string }>(
    `SELECT CASE WHEN grouping(a) = 0 THEN 0 WHEN grouping(b) = 0 THEN 1 ELSE 2 END AS nth, coalesce(a, b, c) AS bucket,
       bit_xor(h)::text AS sum
     FROM (SELECT ${a} AS a, ${b} AS b, ${c} AS c, hashtextextended(ROW(${listed(columns)})::text, 1) AS h
       FROM ONLY ${quoteQualified(table)}) AS placed
     GROUP BY GROUPING SETS ((a), (b), (c))`,
  );
  const sums = new BigInt64Array(TIMES * width);
  for (const { nth, bucket, sum } of found) sums[nth * width + bucket] = BigInt(sum);
  return sums;
}

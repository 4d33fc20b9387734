import type { Catalog } from "../../catalog/catalog.ts";
import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { SchemaPatterns } from "../../catalog/read/schema-patterns.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { databaseError, failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { baseType, familyOf, formsOf, textOf } from "../compare/column-form.ts";
import { readEstimatedRows } from "../compare/estimated-rows.ts";
import { hasOwnRows, rowsOf } from "../compare/own-rows.ts";
import { uniqueKeys } from "../compare/pair-tables.ts";
import { openReader } from "../compare/reader.ts";
import { type ColumnSnapshot, type DataSnapshot, SNAPSHOT_FORMAT, type TableSnapshot } from "./data-snapshot.ts";

export interface SnapshotOptions {
  readonly schemas?: SchemaPatterns;
  readonly lockTimeoutMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Into how many groups the rows of a table are divided, and by which key, where that was decided before. */
  readonly like?: DataSnapshot;
}

const MOST_GROUPS = 256;
const ROWS_A_GROUP = 4;
/** A row of an answer has no more than 1,664 columns. */
const COLUMNS_AT_A_TIME = 200;

/**
 * Reads every table of a database once, as of one moment.
 *
 * @throws LockkeeperError of `connect`; the driver's error when the connection is lost
 */
export async function takeSnapshot(url: string, options: SnapshotOptions): Promise<DataSnapshot> {
  await using reader = await openReader(url, { sessions: 1, ...options });
  const [session] = reader.sessions;
  if (session === undefined) throw new RangeError("a reader has a session");
  const stop = (): void => session.destroy();
  options.signal?.addEventListener("abort", stop);
  try {
    const catalog = await readCatalog(session.query, {
      snapshot: "open transaction",
      lockTimeoutMs: options.lockTimeoutMs,
      ...(options.schemas === undefined ? {} : { schemas: options.schemas }),
    });
    const estimated = await readEstimatedRows(session, catalog);
    const [now] = await session.query<{ at: string }>("SELECT to_json(now()) #>> '{}' AS at");
    const tables: TableSnapshot[] = [];
    const unread: { readonly table: string; readonly reason: string }[] = [];
    for (const table of catalog.tables.filter(hasOwnRows)) {
      const name = quoteQualified(table);
      const before = options.like?.tables.find((one) => one.table === name);
      const groups = before?.groups.length ?? groupsFor(estimated(table));
      const key = before?.key ?? uniqueKeys(table)[0] ?? [];
      const taken = await unlessUnreadable(session, () => takeTable(session, catalog, table, { key, groups }));
      if (typeof taken === "string") unread.push({ table: name, reason: taken });
      else tables.push(taken);
    }
    const { database, version } = catalog.facts.server;
    return {
      format: SNAPSHOT_FORMAT,
      database,
      serverVersion: version,
      takenAt: now?.at ?? "",
      tables,
      unread,
    };
  } finally {
    options.signal?.removeEventListener("abort", stop);
  }
}

/** A power of two, so that the last bits of a hash tell the group. */
const groupsFor = (rows: number): number =>
  2 ** Math.ceil(Math.log2(Math.min(MOST_GROUPS, Math.max(1, rows / ROWS_A_GROUP))));

/** @returns the server's words where it refuses */
async function unlessUnreadable<T>(session: Session, read: () => Promise<T>): Promise<T | string> {
  await session.query("SAVEPOINT lockkeeper_table");
  try {
    return await read();
  } catch (error) {
    if (failureKind(error) === "connection" || databaseError(error) === undefined) throw error;
    return error instanceof Error ? error.message : String(error);
  } finally {
    // Gives the lock on the table back.
    if (!session.lost) await session.query("ROLLBACK TO SAVEPOINT lockkeeper_table");
  }
}

interface Division {
  readonly key: readonly string[];
  readonly groups: number;
}

async function takeTable(
  session: Session,
  catalog: Catalog,
  table: Table,
  { key, groups }: Division,
): Promise<TableSnapshot> {
  const known = key.every((name) => table.columns.some((column) => column.name === name)) ? key : [];
  const textOf = (column: Column): string => textForm(column, catalog);
  const keyText =
    known.length === 0
      ? "NULL"
      : `ROW(${table.columns
          .filter(({ name }) => known.includes(name))
          .toSorted((one, other) => known.indexOf(one.name) - known.indexOf(other.name))
          .map(textOf)
          .join(", ")})::text`;
  const division = { keyText, groups: known.length === 0 ? 1 : groups };
  const parts: TablePart[] = [];
  for (let at = 0; at === 0 || at < table.columns.length; at += COLUMNS_AT_A_TIME) {
    const columns = table.columns.slice(at, at + COLUMNS_AT_A_TIME);
    parts.push(await takePart(session, catalog, table, columns, division));
  }
  const [first] = parts;
  return {
    table: quoteQualified(table),
    rows: first?.groups.reduce((sum, { rows }) => sum + rows, 0) ?? 0,
    key: known,
    groups: first?.groups ?? [],
    columns: parts.flatMap(({ columns }) => columns),
  };
}

/** No column has this name. */
const OUR_KEY = '"lockkeeper: hash of the key"';

type TablePart = Pick<TableSnapshot, "groups" | "columns">;

/** One pass over the rows: what each group comes to, and of that what all come to. */
async function takePart(
  session: Session,
  catalog: Catalog,
  table: Table,
  columns: readonly Column[],
  { keyText, groups }: { readonly keyText: string; readonly groups: number },
): Promise<TablePart> {
  const inner = columns.map((column, nth) => {
    const sql = quoteIdentifier(column.name);
    const { isOrdered, isSummed } = kindOf(column, catalog);
    return [
      `count(*) - count(${sql}) AS n${nth}`,
      `${isOrdered ? `min(${sql})` : "NULL"} AS l${nth}`,
      `${isOrdered ? `max(${sql})` : "NULL"} AS h${nth}`,
      `${isSummed ? `sum(${sql})` : "NULL::numeric"} AS s${nth}`,
      `sum(hashtextextended(${textForm(column, catalog)}, 0)) AS x${nth}`,
    ].join(", ");
  });
  const outer = columns.map((_, nth) =>
    [
      `coalesce(sum(n${nth}), 0)::text`,
      `min(l${nth})::text`,
      `max(h${nth})::text`,
      `trim_scale(sum(s${nth}))::text`,
      `to_json(array_agg(coalesce(x${nth}, 0)::text ORDER BY g))::text`,
    ].join(", "),
  );
  const sql = `WITH grouped AS MATERIALIZED (
  SELECT ${OUR_KEY} & ${groups - 1} AS g, count(*) AS c, sum(${OUR_KEY}) AS k${inner.map((one) => `, ${one}`).join("")}
  FROM (SELECT coalesce(hashtextextended(${keyText}, 0), 0) AS ${OUR_KEY}, * FROM ${rowsOf(table)}) AS r GROUP BY 1)
SELECT to_json(array_agg(json_build_array(g, c, k::text) ORDER BY g))::text${outer.map((one) => `, ${one}`).join("")} FROM grouped`;
  const { rows } = await session.batch([{ sql, wantRows: true }]);
  const [counted, ...values] = rows[0]?.[0] ?? [];
  const found: readonly (readonly [number, number, string])[] = JSON.parse(counted ?? "[]");
  const places = new Map(found.map(([group], place) => [group, place]));
  const spread = <T>(of: (place: number) => T, none: T): readonly T[] =>
    Array.from({ length: groups }, (_, group) => {
      const place = places.get(group);
      return place === undefined ? none : of(place);
    });
  return {
    groups: spread((place) => ({ rows: found[place]?.[1] ?? 0, keys: found[place]?.[2] ?? "0" }), {
      rows: 0,
      keys: "0",
    }),
    columns: columns.map(({ name, type }, nth): ColumnSnapshot => {
      const [nulls, min, max, sum, hashes] = values.slice(5 * nth, 5 * nth + 5);
      const list: readonly string[] = JSON.parse(hashes ?? "[]");
      return {
        name,
        type: type.text,
        nulls: Number(nulls ?? 0),
        min: min ?? null,
        max: max ?? null,
        sum: sum ?? null,
        hashes: spread((place) => list[place] ?? "0", "0"),
      };
    }),
  };
}

const ORDERED: ReadonlySet<string> = new Set(["date", "time", "timestamp", "timestamptz", "interval"]);

/** Of texts, least and greatest are somebody's data; of what is no number, there is no sum. */
function kindOf({ type }: Column, { domains }: Catalog): { readonly isOrdered: boolean; readonly isSummed: boolean } {
  const base = baseType(type, domains);
  const family = familyOf(base);
  const isNumber = ["integer", "numeric", "float"].includes(family);
  return {
    isOrdered: isNumber || (family === "plain" && !base.array && ORDERED.has(base.name)),
    // The sum of floats depends on the order in which they are added.
    isSummed: family === "integer" || family === "numeric",
  };
}

/** A value keeps its text when its column gets a type that says the same: int and bigint, json and jsonb. */
function textForm({ name, type }: Column, { domains }: Catalog): string {
  const base = baseType(type, domains);
  if (familyOf(base) === "json") return `${quoteIdentifier(name)}::jsonb::text`;
  return textOf(formsOf(base, base)[0], quoteIdentifier(name));
}

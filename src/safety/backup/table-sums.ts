import type { TypeReference } from "../../catalog/model/names.ts";
import { formsOf } from "../../checks/compare/column-form.ts";
import { READING_SETTINGS } from "../../checks/compare/reading-settings.ts";
import { rowHash } from "../../checks/compare/row-hash.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { TableSum } from "./backup.ts";
import { openReading } from "./reading-session.ts";

/** A table with rows of its own. */
interface CountedTable {
  readonly schema: string;
  readonly name: string;
  readonly bytes: number;
  readonly columns: readonly { readonly sql: string; readonly type: TypeReference }[];
}

/** Members of extensions are theirs to fill; partitioned tables have no rows of their own. */
const TABLES = `
SELECT n.nspname AS schema, c.relname AS name, coalesce(pg_relation_size(c.oid), 0)::float8 AS bytes,
  coalesce((SELECT json_agg(json_build_object('sql', quote_ident(a.attname), 'type', json_build_object(
      'schema', m.nspname, 'name', e.typname, 'text', format_type(a.atttypid, NULL), 'array', e.oid <> t.oid)) ORDER BY a.attnum)
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    JOIN pg_type AS e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace AS m ON m.oid = e.typnamespace
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = ANY ($1) AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 3 DESC, 1, 2`;

const LARGE_OBJECTS = `SELECT count(*)::float8 AS rows,
  coalesce(sum(hashtextextended(oid || md5(lo_get(oid)), 0)), 0)::text AS checksum FROM pg_largeobject_metadata`;

export interface TableSumsOptions {
  readonly url: string;
  /** Name of an exported snapshot; each session takes one of its own when undefined. */
  readonly snapshot?: string;
  /** Tables that are not logged are empty in a physical copy. Default true. */
  readonly unlogged?: boolean;
  /** How many tables are read at the same time. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/**
 * Counts the rows of all tables, and sums up their hashes: one pass over each table. Large objects count as a table of
 * pg_catalog.
 *
 * @returns in the order of their names
 * @throws the driver's error, as when the role may not read a table
 */
export async function tableSums(options: TableSumsOptions): Promise<readonly TableSum[]> {
  const { signal } = options;
  const sessions: Session[] = [];
  const cut = (): void => {
    for (const session of sessions) session.destroy();
  };
  signal.addEventListener("abort", cut);
  try {
    const open = async (): Promise<Session> => {
      const session = await openSums(options);
      sessions.push(session);
      return session;
    };
    return await sumsIn(open, options);
  } finally {
    signal.removeEventListener("abort", cut);
    await Promise.all(sessions.map((session) => session.end()));
  }
}

async function sumsIn(
  open: () => Promise<Session>,
  { unlogged = true, jobs, signal }: TableSumsOptions,
): Promise<readonly TableSum[]> {
  const first = await open();
  const waiting = await first.query<CountedTable>(TABLES, [unlogged ? ["p", "u"] : ["p"]]);
  const sums: TableSum[] = [];
  const [objects] = await first.query<Pick<TableSum, "rows" | "checksum">>(LARGE_OBJECTS);
  if (objects !== undefined && objects.rows > 0) {
    sums.push({ schema: "pg_catalog", name: "pg_largeobject", ...objects });
  }
  const work = async (session: Session): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
      sums.push(await sumOf(session, next));
    }
  };
  const others = Array.from({ length: Math.max(0, Math.min(jobs, waiting.length) - 1) }, async () =>
    work(await open()),
  );
  const ends = await Promise.allSettled([work(first), ...others]);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return sums.toSorted((one, other) => compare(one.schema, other.schema) || compare(one.name, other.name));
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

async function openSums({ url, snapshot }: TableSumsOptions): Promise<Session> {
  const session = await openReading(url, snapshot);
  try {
    await session.batch(READING_SETTINGS.map((sql) => ({ sql })));
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

async function sumOf(session: Session, { schema, name, columns }: CountedTable): Promise<TableSum> {
  const values = columns.map(({ sql, type }) => ({ sql, form: formsOf(type, type)[0] }));
  const checksum = `coalesce(sum(${rowHash(values, "record")}), 0)::text`;
  const [sum] = await session.query<Pick<TableSum, "rows" | "checksum">>(
    `SELECT count(*)::float8 AS rows, ${checksum} AS checksum FROM ONLY ${quoteQualified({ schema, name })}`,
  );
  return { schema, name, rows: sum?.rows ?? 0, checksum: sum?.checksum ?? "0" };
}

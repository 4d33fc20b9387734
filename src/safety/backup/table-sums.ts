import type { Session } from "../../postgres/session.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { TableSum } from "./backup.ts";
import { openReading } from "./reading-session.ts";

/** A table with rows of its own, and how its rows are hashed. */
interface CountedTable {
  readonly schema: string;
  readonly name: string;
  readonly bytes: number;
  /** Columns as SQL; none where the table has no columns. */
  readonly columns: string | null;
}

/** Values are printed the same in every session: those of types without a hash of their own are hashed as text. */
const SETTINGS = `SET LOCAL search_path = ''; SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex';
SET LOCAL lc_monetary = 'C'; SET LOCAL xmloption = 'content'; SET LOCAL jit = off; SET LOCAL row_security = off`;

/**
 * Types whose hash follows from the value alone. That of an enum or of a regclass follows from an OID, which is another
 * one after a restore; json, xml and geometric types have none.
 */
const HASHABLE = `'{int2,int4,int8,float4,float8,numeric,bool,text,varchar,bpchar,name,bytea,date,time,timetz,timestamp,timestamptz,interval,uuid,inet,cidr,macaddr,macaddr8,jsonb}'::regtype[]::oid[]`;

/** Members of extensions are theirs to fill; partitioned tables have no rows of their own. */
const TABLES = `
SELECT n.nspname AS schema, c.relname AS name, coalesce(pg_relation_size(c.oid), 0)::float8 AS bytes,
  (SELECT string_agg(CASE WHEN t.oid = ANY (h.types) OR t.typcategory = 'A' AND t.typelem = ANY (h.types)
      THEN quote_ident(a.attname) ELSE quote_ident(a.attname) || '::text' END, ', ' ORDER BY a.attnum)
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, (SELECT ${HASHABLE} AS types) AS h
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
    await session.query(SETTINGS);
    return session;
  } catch (error) {
    await session.end();
    throw error;
  }
}

async function sumOf(session: Session, { schema, name, columns }: CountedTable): Promise<TableSum> {
  const checksum = columns === null ? "'0'" : `coalesce(sum(hash_record_extended(ROW(${columns}), 0)), 0)::text`;
  const [sum] = await session.query<Pick<TableSum, "rows" | "checksum">>(
    `SELECT count(*)::float8 AS rows, ${checksum} AS checksum FROM ONLY ${quoteQualified({ schema, name })}`,
  );
  return { schema, name, rows: sum?.rows ?? 0, checksum: sum?.checksum ?? "0" };
}

import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import type { Session } from "../postgres/session.ts";
import { quoteQualified } from "../sql/quote.ts";
import { readTriggers, type TriggerFacts } from "./own-triggers.ts";

/** How the rows of a table are found: by their places, or in the order of a key that no two rows share. */
export type Visit = { readonly by: "place" } | { readonly by: "key"; readonly columns: readonly KeyColumn[] };

export interface KeyColumn {
  readonly name: string;
  /** As SQL says it. */
  readonly type: string;
}

/** A table with rows: the one that is swept, or a partition of it. */
export interface SweepPart {
  /** Quoted, with its schema. */
  readonly relation: string;
  readonly oid: number;
  /** SQL that holds for the rows of a partition; absent for other tables. */
  readonly bounds?: string;
  /** Number of the file that holds the rows; another one after the table was rewritten or truncated. */
  readonly storage: number | null;
  readonly visit: Visit;
  /** Columns by which a row is told from others; empty where there is no key. */
  readonly key: readonly KeyColumn[];
  /** When the sweep began. */
  readonly blocks: number;
  /** As estimated; -1 when nobody has counted. */
  readonly rows: number;
  readonly indexes: number;
  /** True: a table together with its partitions. */
  readonly isWhole?: boolean;
}

/** What was found when the sweep began; the journal keeps it. */
export interface SweepFacts {
  readonly blockBytes: number;
  readonly parts: readonly SweepPart[];
  readonly triggers: TriggerFacts;
  /** The trigger that notes rows whose keys change, by its number in the catalog, and the table as one. */
  readonly moved?: number;
  readonly whole?: SweepPart;
}

interface Found {
  readonly serverVersion: number;
  readonly blockBytes: number;
  readonly relation: string;
  readonly oid: number;
  readonly kind: string;
  /** The one that is swept. */
  readonly isTop: boolean;
  readonly bounds: string | null;
  readonly hasPlaces: boolean;
  readonly storage: number | null;
  readonly blocks: number;
  readonly rows: number;
  readonly indexes: number;
  readonly key: readonly KeyColumn[] | null;
}

const COLUMNS =
  "json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY k.n)";

// The key that the caller names, else the primary key, which people know, else the smallest.
const PARTS = `WITH RECURSIVE below AS (
  SELECT to_regclass($1)::oid AS oid
  UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN below AS b ON i.inhparent = b.oid AND NOT $3::boolean
)
SELECT current_setting('server_version_num')::int AS "serverVersion", current_setting('block_size')::int AS "blockBytes", format('%I.%I', n.nspname, c.relname) AS relation,
  c.oid::int8::float8 AS oid, c.relkind AS kind, c.oid = to_regclass($1) AS "isTop",
  CASE WHEN c.relispartition THEN pg_get_partition_constraintdef(c.oid) END AS bounds, coalesce(am.amname = 'heap', false) AS "hasPlaces",
  pg_relation_filenode(c.oid)::int8::float8 AS storage,
  CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) / current_setting('block_size')::int ELSE 0 END::float8 AS blocks,
  c.reltuples::float8 AS rows,
  (SELECT count(*)::int FROM pg_index AS i WHERE i.indrelid = c.oid) AS indexes,
  CASE WHEN $2::text[] IS NOT NULL THEN (
    SELECT ${COLUMNS} FROM unnest($2::text[]) WITH ORDINALITY AS k(name, n)
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = k.name)
  ELSE (SELECT (SELECT ${COLUMNS}
     FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
     JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.n <= i.indnkeyatts)
   FROM pg_index AS i
   WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
     AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
       JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.n <= i.indnkeyatts AND NOT a.attnotnull)
   ORDER BY NOT i.indisprimary, i.indnkeyatts, i.indexrelid LIMIT 1) END AS key
FROM below AS b JOIN pg_class AS c ON c.oid = b.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_am AS am ON am.oid = c.relam
WHERE c.relkind <> 'p' OR c.oid = to_regclass($1) ORDER BY c.oid`;

/**
 * Looks at the tables that a sweep goes over.
 *
 * @returns undefined when there is no such table
 */
export async function readSweepFacts(session: Session, spec: SweepSpec): Promise<SweepFacts | undefined> {
  const { table, only = false, visits, key, moved } = spec;
  const found = await session.query<Found>(PARTS, [quoteQualified(table), key ?? null, only]);
  const [first] = found;
  if (first === undefined) return undefined;
  const part = (one: Found): SweepPart => partOf(one, visits);
  return {
    blockBytes: first.blockBytes,
    triggers: await readTriggers(session, spec, first.serverVersion),
    parts: found.filter(isPart).map(part),
    ...(moved === undefined ? {} : { moved: await readTrigger(session, spec, moved) }),
    ...(moved === undefined ? {} : { whole: { ...part(found.find(isTop) ?? first), isWhole: !only } }),
  };
}

function partOf(
  { kind, hasPlaces, relation, oid, bounds, storage, blocks, rows, indexes, key }: Found,
  visits: SweepSpec["visits"],
): SweepPart {
  return {
    relation,
    oid,
    ...(bounds === null ? {} : { bounds }),
    storage,
    // A row that moves has another place, and could be met again.
    visit: hasPlaces && visits === "again" ? { by: "place" } : { by: "key", columns: key ?? [] },
    key: key ?? [],
    blocks,
    rows: kind === "r" && blocks === 0 ? 0 : rows,
    indexes,
  };
}

/** @throws LockkeeperError `sweep_table_changed` where it is gone */
async function readTrigger(session: Session, { table }: SweepSpec, name: string): Promise<number> {
  const relation = quoteQualified(table);
  const [found] = await session.query<{ oid: number }>(
    "SELECT oid::int8::float8 AS oid FROM pg_trigger WHERE tgrelid = to_regclass($1) AND tgname = $2",
    [relation, name],
  );
  if (found !== undefined) return found.oid;
  throw new LockkeeperError("sweep_table_changed", {
    message: `${relation} has lost the trigger ${name}, which notes rows whose keys change.`,
    data: { relation },
  });
}

/** A partitioned table has no rows of its own, and perhaps no partitions either. */
const isPart = ({ kind }: Found): boolean => kind !== "p";

const isTop = ({ isTop: is }: Found): boolean => is;

/** Where its rows are now, of one of the tables; undefined when it is gone, or another has its name. */
export async function readStorage(
  session: Session,
  { relation, oid }: Pick<SweepPart, "relation" | "oid">,
): Promise<Pick<SweepPart, "storage" | "blocks"> | undefined> {
  const [found] = await session.query<Pick<SweepPart, "storage" | "blocks">>(
    `SELECT pg_relation_filenode(c.oid)::int8::float8 AS storage,
       (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 AS blocks
     FROM pg_class AS c WHERE c.oid = to_regclass($1) AND c.oid = $2`,
    [relation, oid],
  );
  return found;
}

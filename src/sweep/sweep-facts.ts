import type { Session } from "../postgres/session.ts";

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
  /** Number of the file that holds the rows; another one after the table was rewritten or truncated. */
  readonly storage: number | null;
  readonly visit: Visit;
  /** Columns by which a row is named to people; empty where there is no key. */
  readonly key: readonly KeyColumn[];
  /** When the sweep began. */
  readonly blocks: number;
  /** As estimated; -1 when nobody has counted. */
  readonly rows: number;
  readonly indexes: number;
}

/** What was found when the sweep began; the journal keeps it. */
export interface SweepFacts {
  readonly blockBytes: number;
  readonly parts: readonly SweepPart[];
}

interface Found {
  readonly blockBytes: number;
  readonly relation: string;
  readonly oid: number;
  readonly kind: string;
  readonly hasPlaces: boolean;
  readonly storage: number | null;
  readonly blocks: number;
  readonly rows: number;
  readonly indexes: number;
  readonly key: readonly KeyColumn[] | null;
}

// The smallest key is the cheapest to go by; a primary key is what people know.
const PARTS = `WITH RECURSIVE below AS (
  SELECT to_regclass($1)::oid AS oid
  UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN below AS b ON i.inhparent = b.oid
)
SELECT current_setting('block_size')::int AS "blockBytes", format('%I.%I', n.nspname, c.relname) AS relation,
  c.oid::int8::float8 AS oid, c.relkind AS kind, coalesce(am.amname = 'heap', false) AS "hasPlaces",
  pg_relation_filenode(c.oid)::int8::float8 AS storage,
  CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) / current_setting('block_size')::int ELSE 0 END::float8 AS blocks,
  c.reltuples::float8 AS rows,
  (SELECT count(*)::int FROM pg_index AS i WHERE i.indrelid = c.oid) AS indexes,
  (SELECT (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY k.n)
     FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
     JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE k.n <= i.indnkeyatts)
   FROM pg_index AS i
   WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
     AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) AS k(attnum)
       JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE NOT a.attnotnull)
   ORDER BY NOT i.indisprimary, i.indnkeyatts, i.indexrelid LIMIT 1) AS key
FROM below AS b JOIN pg_class AS c ON c.oid = b.oid JOIN pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_am AS am ON am.oid = c.relam
WHERE c.relkind <> 'p' ORDER BY c.oid`;

/**
 * Looks at the tables that a sweep goes over.
 *
 * @param relation quoted, with its schema
 * @param once whether each row may be visited only once, which places do not serve for: a row that moves has another
 * @returns undefined when there is no such table
 */
export async function readSweepFacts(
  session: Session,
  relation: string,
  once: boolean,
): Promise<SweepFacts | undefined> {
  const found = await session.query<Found>(PARTS, [relation]);
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    blockBytes: first.blockBytes,
    parts: found.map(({ kind, hasPlaces, key, relation: name, oid, storage, blocks, rows, indexes }) => ({
      relation: name,
      oid,
      storage,
      visit: hasPlaces && !once ? { by: "place" } : { by: "key", columns: key ?? [] },
      key: key ?? [],
      blocks,
      rows: kind === "r" && blocks === 0 ? 0 : rows,
      indexes,
    })),
  };
}

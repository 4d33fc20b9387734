import type { Session } from "../../postgres/session.ts";

/** A relation of the user's as it stands at one moment, seen from within the session that works on it. */
export interface Seen {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** As pg_class.relkind. */
  readonly kind: string;
  /** The number of its file; null without storage. */
  readonly file: number | null;
  readonly bytes: number;
  /** Of an index: the table's oid. */
  readonly on: number | null;
  /** The valid foreign keys: number and name. */
  readonly foreignKeys: readonly string[];
  /** Sequential scans by this session's transaction. */
  readonly scans: number;
}

const RELATIONS = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind,
  pg_relation_filenode(c.oid)::int8::float8 AS file,
  CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END::float8 AS bytes,
  (SELECT indrelid FROM pg_index WHERE indexrelid = c.oid)::int8::float8 AS on,
  ARRAY(SELECT oid || ' ' || conname FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f' AND convalidated) AS "foreignKeys",
  SCANS::float8 AS scans
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'`;

export type Snapshot = ReadonlyMap<number, Seen>;

/** @param scans `own`: by the session's transaction; `all`: by everybody, as far as reported */
export async function snapshot(session: Session, scans: "own" | "all"): Promise<Snapshot> {
  const count =
    scans === "own"
      ? "pg_stat_get_xact_numscans(c.oid)"
      : // A plain VACUUM reads the table without counting as a scan.
        "pg_stat_get_numscans(c.oid) + pg_stat_get_vacuum_count(c.oid)";
  const rows = await session.query<Seen>(RELATIONS.replace("SCANS", count));
  return new Map(rows.map((row) => [row.oid, row]));
}

import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";
import { CATALOG_FORMAT, type Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { parseCatalog } from "../../catalog/parse-catalog.ts";
import { databaseError } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";

/** What the schema should be since a run. */
export interface SnapshotHead {
  readonly id: number;
  /** The last run before it; null where none was, as after a baseline. */
  readonly run: number | null;
  /** What was called, such as `up`. */
  readonly command: string;
  /** ISO 8601. */
  readonly takenAt: string;
  readonly fingerprint: string;
  /** Whether steps of runs were recorded as done since: whoever did them could not record the schema. */
  readonly isBehind: boolean;
  /** Whether this program can read its catalog. */
  readonly isReadable: boolean;
}

/** How many are kept: the newest is compared with, the others are for people. */
const KEPT = 5;

const HEAD = `SELECT s.id::float8 AS id, s.run_id::float8 AS run, s.command, to_json(s.taken_at) #>> '{}' AS "takenAt",
  s.fingerprint, s.format = $1 AS "isReadable",
  EXISTS (SELECT FROM lockkeeper.step AS t WHERE t.finished_at > s.taken_at) AS "isBehind"
FROM lockkeeper.snapshot AS s ORDER BY s.id DESC LIMIT 1`;

/** The newest one; undefined where none is recorded. */
export async function newestSnapshot(session: Session): Promise<SnapshotHead | undefined> {
  try {
    const [head] = await session.query<SnapshotHead>(HEAD, [CATALOG_FORMAT]);
    return head;
  } catch (error) {
    // No state schema, or one of a version that had none.
    const code = databaseError(error)?.code;
    if (code === "42P01" || code === "3F000") return undefined;
    throw error;
  }
}

/** @throws LockkeeperError `snapshot_invalid` */
export async function catalogOfSnapshot(session: Session, { id }: SnapshotHead): Promise<Catalog> {
  const [row] = await session.query<{ catalog: Buffer }>("SELECT catalog FROM lockkeeper.snapshot WHERE id = $1", [id]);
  const json = row === undefined ? "" : (await promisify(gunzip)(row.catalog)).toString("utf8");
  return parseCatalog(json, "the snapshot in the database");
}

/** What goes into the table. */
export interface NewSnapshot {
  readonly run: number | undefined;
  readonly command: string;
  readonly catalog: Catalog;
  /** How many objects of the database are otherwise at this moment. */
  readonly drifted: number;
}

/** In the caller's transaction; older ones go. */
export async function storeSnapshot(session: Session, { run, command, catalog, drifted }: NewSnapshot): Promise<void> {
  const bytes = await promisify(gzip)(JSON.stringify(catalog), { level: constants.Z_BEST_SPEED });
  await session.query(
    `INSERT INTO lockkeeper.snapshot (run_id, command, format, fingerprint, catalog, drifted) VALUES ($1, $2, $3, $4, $5, $6)`,
    [run ?? null, command, CATALOG_FORMAT, catalogFingerprint(catalog), bytes, drifted],
  );
  await session.query(
    "DELETE FROM lockkeeper.snapshot WHERE id <= (SELECT id FROM lockkeeper.snapshot ORDER BY id DESC OFFSET $1 LIMIT 1)",
    [KEPT],
  );
}

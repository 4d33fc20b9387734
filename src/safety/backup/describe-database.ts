import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { readLocale } from "../../postgres/database-locale.ts";
import type { Session } from "../../postgres/session.ts";
import type { BackedUpSequence, BackupSource } from "./backup.ts";
import { openReading } from "./reading-session.ts";

/** A moment of a database that others can look at too, for as long as it is open. */
export interface Moment extends AsyncDisposable {
  /** Name of the exported snapshot. */
  readonly snapshot: string;
  /** ISO 8601, by the database's clock. */
  readonly at: string;
  readonly lsn: string;
  readonly session: Session;
}

const MOMENT = `SELECT pg_export_snapshot() AS snapshot, to_json(now()) #>> '{}' AS at,
  (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn`;

/** @throws LockkeeperError of `connect`; the driver's error */
export async function openMoment(url: string): Promise<Moment> {
  const session = await openReading(url);
  try {
    const [moment] = await session.query<Pick<Moment, "snapshot" | "at" | "lsn">>(MOMENT);
    const { snapshot = "", at = "", lsn = "" } = moment ?? {};
    return { snapshot, at, lsn, session, [Symbol.asyncDispose]: () => session.end() };
  } catch (error) {
    await session.end();
    throw error;
  }
}

/** What a database says of itself beside its rows. */
export interface DatabaseDescription {
  readonly source: BackupSource;
  readonly catalog: Catalog;
  /** Of the catalog, without owners and grants. */
  readonly fingerprint: string;
  readonly sequences: readonly BackedUpSequence[];
  readonly migrations: readonly { readonly id: string; readonly checksum: string }[];
}

/** Only those who may call pg_control_system learn which cluster it is. */
const SOURCE = `SELECT current_database() AS database, current_setting('server_version_num')::int AS "serverVersion",
  pg_get_userbyid(10) AS superuser, has_function_privilege('pg_control_system()', 'EXECUTE') AS "mayAsk",
  to_regclass('lockkeeper.migration') IS NOT NULL AS "hasHistory"`;

const SEQUENCES = `SELECT schemaname AS schema, sequencename AS name, last_value::text AS "lastValue"
FROM pg_sequences WHERE NOT cycle AND increment_by > 0 ORDER BY 1, 2`;

/** @param session in a transaction, if all of it is to be of one snapshot */
export async function describeDatabase(session: Session): Promise<DatabaseDescription> {
  const { query } = session;
  const { hasHistory, ...source } = await sourceAndHistory(session);
  const catalog = await readCatalog(query, { snapshot: "open transaction" });
  const sequences = await query<BackedUpSequence>(SEQUENCES);
  const migrations = hasHistory
    ? await query<{ id: string; checksum: string }>("SELECT id, checksum FROM lockkeeper.migration ORDER BY position")
    : [];
  return { source, catalog, fingerprint: schemaFingerprint(catalog), sequences, migrations };
}

/** Which database it is. */
export async function describeSource(session: Session): Promise<BackupSource> {
  const { hasHistory: _, ...source } = await sourceAndHistory(session);
  return source;
}

async function sourceAndHistory(session: Session): Promise<BackupSource & { readonly hasHistory: boolean }> {
  const { query } = session;
  const [row] = await query<Omit<BackupSource, "systemIdentifier"> & { mayAsk: boolean; hasHistory: boolean }>(SOURCE);
  const { mayAsk = false, hasHistory = false, ...told } = row ?? { database: "", serverVersion: 0, superuser: "" };
  const [control] = mayAsk
    ? await query<{ identifier: string }>("SELECT system_identifier::text AS identifier FROM pg_control_system()")
    : [];
  const locale = await readLocale(session);
  return { ...told, systemIdentifier: control?.identifier ?? null, locale, hasHistory };
}

/** As it is compared with a restored copy, whose owners may be others. */
export const schemaFingerprint = (catalog: Catalog): string => catalogFingerprint(catalog, { privileges: false });

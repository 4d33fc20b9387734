import { flywayRepeatable, flywayVersion } from "../layouts/flyway-version.ts";
import type { ForeignLayout } from "../layouts/layout.ts";
import type { ChecksumAlgorithm, HistoryRow } from "./history.ts";

/** How one tool keeps its history. */
export interface HistoryFormat {
  /** The table's name unless the project configured another. */
  readonly table: string;
  /** Columns that must be there, with the type where other tools' tables of the same name differ in it. */
  readonly columns: Readonly<Record<string, RegExp>>;
  /** Tables that only stand beside a look-alike. */
  readonly notBeside?: readonly string[];
  /**
   * The SELECT over `from`, in the order in which the tool wrote. It names its columns `key`, and as it has them
   * `state`, `covers`, `checksum` and `applied_at`.
   */
  readonly select: (from: string) => string;
  readonly ordered: boolean;
  readonly covers?: HistoryRow["covers"];
  readonly algorithm?: ChecksumAlgorithm;
  readonly key?: (stored: string) => string;
}

const ANY = /./;
const TEXT = /^(character varying|text)/;
const INTEGER = /^(integer|bigint)/;

const utc = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const local = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
const withoutExtension = (name: string): string => name.replace(/\.[cm]?[jt]s$/, "");

export const HISTORY_FORMATS: Readonly<Record<ForeignLayout, HistoryFormat>> = {
  "node-pg-migrate": {
    table: "pgmigrations",
    columns: { id: INTEGER, name: TEXT, run_on: /^timestamp/ },
    // All rows of one run carry the same time.
    select: (from) =>
      `SELECT name AS key, ${local("run_on::timestamp")} AS applied_at FROM ${from} ORDER BY run_on, id`,
    ordered: true,
  },
  dbmate: {
    table: "schema_migrations",
    columns: { version: TEXT },
    notBeside: ["ar_internal_metadata"],
    select: (from) => `SELECT version AS key FROM ${from} ORDER BY version`,
    ordered: false,
  },
  goose: {
    table: "goose_db_version",
    columns: { id: INTEGER, version_id: INTEGER, is_applied: /^boolean/, tstamp: /^timestamp/ },
    // A log: the last row of a version says what is, and version 0 only says that the table was made.
    select: (from) => `SELECT version_id::text AS key, ${local("tstamp::timestamp")} AS applied_at
      FROM (SELECT DISTINCT ON (version_id) * FROM ${from} ORDER BY version_id, id DESC) AS latest
      WHERE is_applied AND version_id <> 0 ORDER BY id`,
    ordered: true,
  },
  "golang-migrate": {
    table: "schema_migrations",
    columns: { version: INTEGER, dirty: /^boolean/ },
    // -1 is what is left when everything was taken back.
    select: (from) =>
      `SELECT version::text AS key, CASE WHEN dirty THEN 'failed' END AS state FROM ${from} WHERE version >= 0`,
    ordered: false,
    covers: "up-to",
  },
  prisma: {
    table: "_prisma_migrations",
    columns: { migration_name: TEXT, checksum: TEXT, finished_at: /^timestamp/, rolled_back_at: /^timestamp/ },
    select: (from) => `SELECT migration_name AS key, checksum, ${utc("finished_at")} AS applied_at,
        CASE WHEN finished_at IS NULL THEN 'failed' END AS state
      FROM (SELECT DISTINCT ON (migration_name) * FROM ${from} WHERE rolled_back_at IS NULL
            ORDER BY migration_name, finished_at DESC NULLS FIRST) AS latest
      ORDER BY started_at, migration_name`,
    ordered: true,
    algorithm: "sha256",
  },
  drizzle: {
    table: "__drizzle_migrations",
    columns: { id: INTEGER, hash: TEXT, created_at: /^bigint/ },
    // `created_at` is the time in the journal, not that of applying.
    select: (from) => `SELECT created_at::text AS key, hash AS checksum FROM ${from} ORDER BY id`,
    ordered: true,
    algorithm: "sha256",
  },
  knex: {
    table: "knex_migrations",
    columns: { id: INTEGER, name: TEXT, batch: INTEGER, migration_time: /^timestamp/ },
    select: (from) => `SELECT name AS key, ${utc("migration_time")} AS applied_at FROM ${from} ORDER BY id`,
    ordered: true,
    key: withoutExtension,
  },
  "graphile-migrate": {
    table: "migrations",
    columns: { hash: TEXT, previous_hash: TEXT, filename: TEXT, date: /^timestamp/ },
    select: (from) => `SELECT filename AS key, hash AS checksum, ${utc("date")} AS applied_at FROM ${from}
      ORDER BY date, filename`,
    ordered: true,
    algorithm: "sha1",
  },
  flyway: {
    table: "flyway_schema_history",
    columns: { installed_rank: INTEGER, version: TEXT, script: TEXT, checksum: INTEGER, success: /^boolean/ },
    // The last row of a version, or of a repeatable file, says what is: undone and deleted ones are not there.
    select: (from) => `SELECT coalesce(version, 'R__' || description) AS key, checksum::text AS checksum,
        ${local("installed_on::timestamp")} AS applied_at, CASE WHEN NOT success THEN 'failed' END AS state,
        CASE WHEN type LIKE '%BASELINE' THEN 'baseline' END AS covers
      FROM (SELECT DISTINCT ON (version, CASE WHEN version IS NULL THEN description END) * FROM ${from}
            WHERE type <> 'SCHEMA'
            ORDER BY version, CASE WHEN version IS NULL THEN description END, installed_rank DESC) AS latest
      WHERE NOT (success AND (type LIKE 'UNDO%' OR type = 'DELETE')) ORDER BY installed_rank`,
    ordered: true,
    algorithm: "crc32",
    key: (stored) => flywayVersion(stored) ?? flywayRepeatable(stored.replace(/^R__/, "")),
  },
  alembic: {
    table: "alembic_version",
    columns: { version_num: TEXT },
    select: (from) => `SELECT version_num AS key FROM ${from} ORDER BY version_num`,
    ordered: false,
    covers: "ancestors",
  },
  typeorm: {
    table: "migrations",
    columns: { id: INTEGER, timestamp: /^bigint/, name: TEXT },
    select: (from) => `SELECT name AS key FROM ${from} ORDER BY id`,
    ordered: true,
  },
  sequelize: {
    table: "SequelizeMeta",
    columns: { name: ANY },
    select: (from) => `SELECT name AS key FROM ${from} ORDER BY name`,
    ordered: false,
    key: withoutExtension,
  },
  kysely: {
    table: "kysely_migration",
    columns: { name: TEXT, timestamp: TEXT },
    // The tool stores the time as ISO 8601 text.
    select: (from) => `SELECT name AS key, "timestamp" AS applied_at FROM ${from} ORDER BY "timestamp", name`,
    ordered: true,
  },
};

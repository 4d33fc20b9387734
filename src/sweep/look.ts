import type { Session } from "../postgres/session.ts";
import { quoteLiteral } from "../sql/quote.ts";

/** What the server is busy with, at one moment. */
export interface Look {
  readonly replicas: readonly Replica[];
  /** WAL that waits to be archived, bytes; null where there is no archive or nobody can tell. */
  readonly archiveBacklog: number | null;
  /** Since the archive's command last failed without success since; null where it does not fail. */
  readonly archiveFails: boolean;
  /** Vacuums at the tables of the sweep. */
  readonly vacuums: readonly number[];
  readonly active: number;
  readonly waiting: number;
  /** For all sessions of the database since the server began to count; absent where it does not count. */
  readonly activeMs?: number | null;
  readonly transactions?: number | null;
}

export interface Replica {
  readonly name: string;
  /** Null where the role may not see it. */
  readonly lagBytes: number | null;
  readonly lagMs: number | null;
}

/** What the role is allowed to see. */
export interface Sight {
  readonly role: string;
  /** Other roles' sessions and replicas. */
  readonly all: boolean;
  /** The archive's folder. */
  readonly archive: boolean;
  readonly archives: boolean;
  /** Whether sessions can be made to tell at once what they did. */
  readonly tellsAtOnce: boolean;
  /** Bytes of a file of WAL. */
  readonly segmentBytes: number;
}

const SIGHT = `SELECT session_user AS role, pg_has_role(session_user, 'pg_read_all_stats', 'USAGE') AS all,
  has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE') AS archive,
  current_setting('archive_mode') <> 'off' AS archives,
  to_regprocedure('pg_stat_force_next_flush()') IS NOT NULL AS "tellsAtOnce",
  (SELECT setting::float8 FROM pg_settings WHERE name = 'wal_segment_size') AS "segmentBytes"`;

export async function readSight(session: Session): Promise<Sight> {
  const [sight] = await session.query<Sight>(SIGHT);
  return sight ?? { role: "", all: false, archive: false, archives: false, tellsAtOnce: false, segmentBytes: 0 };
}

// The names of the archived files and of the one being written count up: 8 digits of timeline, then 16 of the number.
const BEHIND_BY_NAME = `CASE WHEN left(a.last_archived_wal, 24) ~ '^[0-9A-F]{24}$' THEN greatest(0,
  pg_current_wal_lsn() - '0/0'::pg_lsn - (('x' || substr(a.last_archived_wal, 9, 8))::bit(32)::bigint * 4294967296
  + ('x' || substr(a.last_archived_wal, 17, 8))::bit(32)::bigint * $SEGMENT + $SEGMENT)) END`;
const BEHIND_BY_FOLDER = "(SELECT count(*) FROM pg_ls_archive_statusdir() AS f WHERE f.name LIKE '%.ready') * $SEGMENT";

/**
 * SQL of one look.
 *
 * @param ours `application_name` of the sweep's sessions
 * @param tables their numbers in the catalog
 */
export function lookSql(sight: Sight, ours: string, tables: readonly number[]): string {
  const name = quoteLiteral(ours);
  const behind = (sight.archive ? BEHIND_BY_FOLDER : BEHIND_BY_NAME).replaceAll("$SEGMENT", String(sight.segmentBytes));
  return `SELECT
  (SELECT coalesce(json_agg(json_build_object('name', r.application_name,
      'lagBytes', pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)::float8,
      'lagMs', CASE WHEN r.replay_lsn IS NOT NULL THEN coalesce(extract(epoch FROM r.replay_lag) * 1000, 0)::float8 END)), '[]')
    FROM pg_stat_replication AS r) AS replicas,
  ${sight.archives ? `(SELECT (${behind})::float8 FROM pg_stat_archiver AS a)` : "NULL"} AS "archiveBacklog",
  ${sight.archives ? "(SELECT coalesce(a.last_failed_time > coalesce(a.last_archived_time, '-infinity'), false) FROM pg_stat_archiver AS a)" : "false"} AS "archiveFails",
  (SELECT coalesce(json_agg(DISTINCT l.pid), '[]') FROM pg_locks AS l JOIN pg_stat_progress_vacuum AS v ON v.pid = l.pid
    WHERE l.locktype = 'relation' AND l.relation IN (${tables.length === 0 ? "0" : tables.join(", ")}) AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS vacuums,
  (SELECT count(*)::int FROM pg_stat_activity AS a WHERE a.state = 'active' AND a.backend_type = 'client backend'
    AND a.application_name NOT LIKE 'lockkeeper%') AS active,
  (SELECT count(*)::int FROM (SELECT DISTINCT l.pid FROM pg_locks AS l WHERE NOT l.granted) AS w
    JOIN pg_stat_activity AS a ON a.pid = w.pid AND a.application_name IS DISTINCT FROM ${name}
    WHERE EXISTS (SELECT FROM pg_stat_activity AS o
      WHERE o.pid = ANY (pg_blocking_pids(w.pid)) AND o.application_name = ${name})) AS waiting,
  d.active_time AS "activeMs", (d.xact_commit + d.xact_rollback)::float8 AS transactions
FROM (SELECT 1) AS _ LEFT JOIN pg_stat_database AS d ON d.datname = current_database()`;
}

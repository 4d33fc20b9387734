import type { Session } from "../../postgres/session.ts";

interface LongTransaction {
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  readonly state: string;
  readonly ageMs: number;
}

/** What the catalog and the settings of a database say; the state schema is read apart. */
export interface DoctorFacts {
  readonly database: string;
  readonly serverVersion: number;
  readonly role: string;
  /** The role under which migrations run, where that is another; what is null is not there. */
  readonly migratesAs: {
    readonly name: string;
    /** Whether the login role may be it. */
    readonly isGranted: boolean | null;
    /** Whether it sees into the schema `lockkeeper`. */
    readonly seesState: boolean | null;
  } | null;
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
  readonly replicationRole: string;
  /** Whether the role may create schemas in this database. */
  readonly mayCreate: boolean;
  /** The schema `lockkeeper`, when there is one. */
  readonly schema: {
    readonly owner: string;
    readonly ownerIsSuperuser: boolean;
    readonly mayCreate: boolean;
    readonly ownsAll: boolean;
    readonly relations: number;
  } | null;
  /** Whether the role sees what the sessions of others do. */
  readonly seesOthers: boolean;
  readonly invalidIndexes: readonly string[];
  readonly longTransactions: readonly LongTransaction[];
  readonly preparedTransactions: readonly { readonly name: string; readonly ageMs: number }[];
  /** Timeouts that hold for new sessions of this role, ms. */
  readonly timeouts: readonly { readonly name: string; readonly ms: number }[];
}

const FACTS = `SELECT json_build_object(
  'database', current_database(), 'serverVersion', current_setting('server_version_num')::int, 'role', session_user,
  'migratesAs', (SELECT json_build_object('name', r.name, 'isGranted', pg_has_role(session_user, r.oid, 'MEMBER'),
      'seesState', has_schema_privilege(r.oid, to_regnamespace('lockkeeper')::oid, 'USAGE'))
    FROM (SELECT $2::text AS name, to_regrole(quote_ident($2::text))::oid AS oid) AS r WHERE r.name IS NOT NULL),
  'inRecovery', pg_is_in_recovery(), 'readOnly', current_setting('transaction_read_only') = 'on',
  'replicationRole', current_setting('session_replication_role'),
  'mayCreate', has_database_privilege(current_database(), 'CREATE'),
  'schema', (SELECT json_build_object('owner', n.nspowner::regrole::text,
      'ownerIsSuperuser', (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = n.nspowner),
      'mayCreate', has_schema_privilege(n.oid, 'CREATE'),
      'ownsAll', NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid AND NOT pg_has_role(c.relowner, 'USAGE')),
      'relations', (SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = n.oid))
    FROM pg_namespace AS n WHERE n.nspname = 'lockkeeper'),
  'seesOthers', pg_has_role('pg_read_all_stats', 'USAGE'),
  'invalidIndexes', (SELECT coalesce(json_agg(i.indexrelid::regclass::text ORDER BY i.indexrelid), '[]')
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relkind = 'i'
      AND i.indexrelid NOT IN (SELECT index_relid FROM pg_stat_progress_create_index WHERE index_relid IS NOT NULL)),
  'longTransactions', (SELECT coalesce(json_agg(json_build_object('pid', pid, 'application', application_name,
      'user', coalesce(usename, ''), 'state', coalesce(state, ''),
      'ageMs', round(extract(epoch FROM clock_timestamp() - xact_start) * 1000)) ORDER BY xact_start), '[]')
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' AND xact_start < clock_timestamp() - $1 * interval '1 ms'),
  'preparedTransactions', (SELECT coalesce(json_agg(json_build_object('name', gid,
      'ageMs', round(extract(epoch FROM clock_timestamp() - prepared) * 1000)) ORDER BY prepared), '[]')
    FROM pg_prepared_xacts WHERE database = current_database()),
  'timeouts', (SELECT coalesce(json_agg(json_build_object('name', name, 'ms', setting::bigint) ORDER BY name), '[]')
    FROM pg_settings WHERE setting <> '0' AND name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout',
      'idle_in_transaction_session_timeout', 'idle_session_timeout'))) AS facts`;

/**
 * @param longMs from which age on a transaction counts as long
 * @param role the one under which migrations run
 */
export async function readDoctorFacts(
  session: Session,
  longMs: number,
  role: string | undefined,
): Promise<DoctorFacts | undefined> {
  const [row] = await session.query<{ facts: DoctorFacts }>(FACTS, [longMs, role ?? null]);
  return row?.facts;
}

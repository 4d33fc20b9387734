import type { Session } from "../postgres/session.ts";

/** What keeps row versions that nobody else needs from being cleared away. */
export interface HorizonHolder {
  readonly kind: "session" | "replication slot" | "prepared transaction" | "replica";
  /** pid, or the name of a slot or prepared transaction. */
  readonly name: string;
  /** Of a session: its application and role, where they may be seen. */
  readonly application: string | null;
  readonly user: string | null;
  readonly query: string | null;
  /** Since its transaction began; null where nobody can tell. */
  readonly ageMs: number | null;
  /** Transactions that have begun since. */
  readonly transactions: number;
}

// A vacuum holds nothing; other databases' sessions hold nothing in this one.
const HOLDER = `SELECT * FROM (
  SELECT 'session' AS kind, a.pid::text AS name, a.application_name AS application, a.usename::text AS user,
    left(a.query, 200) AS query, (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS "ageMs",
    greatest(age(a.backend_xmin), age(a.backend_xid)) AS transactions
  FROM pg_stat_activity AS a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
    AND a.application_name IS DISTINCT FROM $1 AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
    AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum AS v WHERE v.pid = a.pid)
  UNION ALL SELECT 'replication slot', s.slot_name, NULL, NULL, NULL, NULL, age(s.xmin)
    FROM pg_replication_slots AS s WHERE s.xmin IS NOT NULL AND s.active_pid IS NULL
  UNION ALL SELECT 'prepared transaction', p.gid, NULL, p.owner::text, NULL,
    (extract(epoch FROM clock_timestamp() - p.prepared) * 1000)::float8, age(p.transaction)
    FROM pg_prepared_xacts AS p WHERE p.database = current_database()
  UNION ALL SELECT 'replica', r.application_name, r.application_name, r.usename::text, NULL, NULL, age(r.backend_xmin)
    FROM pg_stat_replication AS r WHERE r.backend_xmin IS NOT NULL
) AS h ORDER BY h.transactions DESC LIMIT 1`;

/**
 * The one who holds the horizon farthest back; undefined when nobody does.
 *
 * @param ours `application_name` of the sweep's sessions
 */
export async function horizonHolder(session: Session, ours: string): Promise<HorizonHolder | undefined> {
  const [holder] = await session.query<HorizonHolder>(HOLDER, [ours]);
  return holder;
}

/** `the session with pid 4711 (nightly report, as app, in its transaction for 90 s)`. */
export function holderInWords({ kind, name, application, user, ageMs }: HorizonHolder): string {
  if (kind !== "session") return `the ${kind} ${name}`;
  const known = [
    ...(application === null || application === "" ? [] : [application]),
    ...(user === null ? [] : [`as ${user}`]),
    ...(ageMs === null ? [] : [`in its transaction for ${Math.round(ageMs / 1000)} s`]),
  ];
  return `the session with pid ${name}${known.length === 0 ? "" : ` (${known.join(", ")})`}`;
}

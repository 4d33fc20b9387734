import type { Session } from "../postgres/session.ts";
import type { Connection } from "./connection.ts";
import type { Blocker, ObservedLock } from "./events.ts";

export interface BuildProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

// A session is found by what it says of itself: behind a pooler its pid is not known to us.
const says = (name: string): string =>
  `(s.application_name = ${name} OR s.state <> 'idle' AND starts_with(s.query, '/* ' || ${name} || ' */'))
    AND s.datname = current_database()`;

/** What the server itself has at work on tables: it is nobody's session, and has no name. */
export const AUTOVACUUM = "autovacuum";

// Only what really stands in the way is shown: the blocker's modes on the relation that the waiter waits for.
const BLOCKERS = `SELECT a.pid, CASE WHEN a.usesysid IS NULL THEN '${AUTOVACUUM}' ELSE a.application_name END AS application, coalesce(a.usename, '') AS "user", coalesce(a.state, '') AS state,
  left(a.query, 200) AS query,
  round(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.backend_start)) * 1000)::float8 AS "ageMs",
  w.relation::regclass::text AS relation,
  (SELECT coalesce(json_agg(DISTINCT l.mode), '[]') FROM pg_locks AS l
    WHERE l.pid = a.pid AND l.granted AND l.relation IS NOT DISTINCT FROM w.relation
      AND l.locktype = w.locktype) AS modes
FROM pg_stat_activity AS s
JOIN pg_locks AS w ON w.pid = s.pid AND NOT w.granted
CROSS JOIN LATERAL unnest(pg_blocking_pids(s.pid)) AS b(pid)
JOIN pg_stat_activity AS a ON a.pid = b.pid
WHERE ${says("$1")}
ORDER BY 6 DESC`;

const PROGRESS = `SELECT p.phase, greatest(p.blocks_done, p.tuples_done)::float8 AS done,
  greatest(p.blocks_total, p.tuples_total)::float8 AS total
FROM pg_stat_progress_create_index AS p JOIN pg_stat_activity AS s USING (pid) WHERE ${says("$1")}`;

const LOCKS = `SELECT DISTINCT c.oid::regclass::text AS relation, l.mode FROM pg_locks AS l
JOIN pg_stat_activity AS s USING (pid) JOIN pg_class AS c ON c.oid = l.relation
WHERE ${says("$1")} AND l.locktype = 'relation' AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND c.relkind IN ('r', 'p', 'm') AND l.mode IN (
    'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'lockkeeper'::regnamespace)`;

const CANCEL = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity AS s WHERE ${says("$1")} AND s.state <> 'idle'`;

const TERMINATE = `SELECT count(pg_terminate_backend(s.pid))::int AS ended FROM pg_stat_activity AS s
JOIN unnest($1::text[]) AS o(name) ON ${says("o.name")} WHERE s.pid <> pg_backend_pid()`;

/** Who keeps the sessions of a name waiting at this moment. */
export const readBlockers = (session: Session, applicationName: string): Promise<Blocker[]> =>
  session.query<Blocker>(BLOCKERS, [applicationName]);

/**
 * The second connection of a runner: renews the lease, and watches and cancels what the first one does. Its questions
 * are asked one at a time.
 */
export class SideChannel {
  readonly #connection: Connection;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Runs `work` when everything asked before has been answered. */
  ask<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const answer = this.#queue.then(async () => work(await this.#connection.session()));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  blockers(applicationName: string): Promise<Blocker[]> {
    return this.ask((session) => readBlockers(session, applicationName));
  }

  async progress(applicationName: string): Promise<BuildProgress | undefined> {
    const [row] = await this.ask((session) => session.query<BuildProgress>(PROGRESS, [applicationName]));
    return row;
  }

  /** Strong locks on tables that a session holds now. */
  locks(applicationName: string): Promise<ObservedLock[]> {
    return this.ask((session) => session.query<ObservedLock>(LOCKS, [applicationName]));
  }

  async cancel(applicationName: string): Promise<void> {
    await this.ask((session) => session.query(CANCEL, [applicationName]));
  }

  /** Ends sessions by name; returns how many there were. */
  async terminate(applicationNames: readonly string[]): Promise<number> {
    const [row] = await this.ask((session) => session.query<{ ended: number }>(TERMINATE, [applicationNames]));
    return row?.ended ?? 0;
  }
}

import { type Block, command, heading, paragraph, prose, query } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";

/** What to look at while it runs. */
export function watch({ plans }: RunbookFacts): readonly Block[] {
  const kinds = new Set(plans.flatMap(({ steps }) => steps.map(({ kind }) => kind)));
  return [
    heading("What to watch"),
    heading("The run", 3),
    ...command({ line: "lockkeeper status", when: "running", exit: 0, prints: "At work" }),
    ...command({ line: "lockkeeper watch", when: "running", exit: 0, prints: "The runner has ended." }),
    heading("Stopping it", 3),
    paragraph(
      prose(
        "`pause` ends after the step, or the batch, at work; `resume` goes on. `abort` cancels the statement at work. Ctrl-C in the runner's own terminal does what `pause` does, and ends.",
      ),
    ),
    ...(kinds.has("sweep")
      ? [
          paragraph(prose("Rows are gone over in batches; how gently, can be changed while it runs:")),
          ...command({
            line: "lockkeeper throttle --workers 1 --ratio 2",
            when: "running",
            exit: 0,
            prints: "goes over rows",
          }),
        ]
      : []),
    ...command({
      line: `lockkeeper pause --reason "too much load"`,
      when: "running",
      exit: 0,
      prints: "was asked to pause",
    }),
    ...command({ line: "lockkeeper resume", when: "running", exit: 0, prints: "was told to go on" }),
    ...command({ line: `lockkeeper abort --reason "no-go"`, when: "running", exit: 0, prints: "was asked to cancel" }),
    heading("Who waits for whom", 3),
    query(WAITING, "running"),
    paragraph(
      prose(
        "Transactions that have been open for long stand in the way of locks. The last column ends one, for somebody who may:",
      ),
    ),
    query(LONG, "running"),
    heading("How far it is", 3),
    query(STEPS, "running"),
    ...(kinds.has("concurrent") ? [query(BUILDS, "running")] : []),
    heading("Replicas, log and disk", 3),
    query(REPLICAS, "running"),
    query(SLOTS, "running"),
    query(ARCHIVE, "running"),
    query(SIZE, "running"),
  ];
}

const WAITING = `SELECT w.pid, w.application_name, now() - w.query_start AS since, pg_blocking_pids(w.pid) AS waits_for,
  left(w.query, 80) AS query
FROM pg_stat_activity AS w
WHERE cardinality(pg_blocking_pids(w.pid)) > 0
ORDER BY w.query_start`;

const LONG = `SELECT pid, usename, application_name, state, now() - xact_start AS open_for, left(query, 80) AS query,
  format('SELECT pg_terminate_backend(%s);', pid) AS ends_it
FROM pg_stat_activity
WHERE xact_start < now() - interval '30 seconds' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
ORDER BY xact_start`;

const STEPS = `SELECT r.migration_id, r.direction, r.state, s.ordinal + 1 AS step, s.state AS step_state, s.title, s.started_at, s.finished_at
FROM lockkeeper.run AS r
LEFT JOIN lockkeeper.step AS s ON s.run_id = r.id
ORDER BY r.id DESC, s.ordinal DESC
LIMIT 20`;

const BUILDS = `SELECT pid, relid::regclass AS "table", index_relid::regclass AS index, command, phase,
  round(100.0 * blocks_done / nullif(blocks_total, 0), 1) AS blocks_percent, lockers_done, lockers_total
FROM pg_stat_progress_create_index`;

const REPLICAS = `SELECT application_name, state, sync_state, replay_lag,
  pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) AS behind
FROM pg_stat_replication`;

const SLOTS = `SELECT slot_name, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS kept
FROM pg_replication_slots`;

const ARCHIVE = "SELECT archived_count, last_archived_time, failed_count, last_failed_time FROM pg_stat_archiver";

const SIZE = "SELECT pg_size_pretty(pg_database_size(current_database())) AS size";

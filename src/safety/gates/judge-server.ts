import { bytesInWords } from "../../effects/numbers-in-words.ts";
import { count } from "../../errors/count.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { ageInWords } from "./age-in-words.ts";
import type { GateRule, GateVerdict } from "./gate.ts";
import type { GateSight } from "./gate-sight.ts";

type Rule<K extends GateRule["gate"]> = Extract<GateRule, { readonly gate: K }>;

interface Replica {
  readonly name: string;
  readonly state: string | null;
  readonly lagMs: number;
  readonly lagBytes: number | null;
}

/** Receivers that replay nothing (archives, base backups) are no replicas. */
const REPLICAS = `SELECT r.application_name AS name, r.state,
  coalesce(extract(epoch FROM r.replay_lag) * 1000, 0)::float8 AS "lagMs",
  pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)::float8 AS "lagBytes"
FROM pg_stat_replication AS r WHERE r.state IS NULL OR r.state <> 'backup' AND r.replay_lsn IS NOT NULL ORDER BY r.application_name`;

export async function judgeReplicaLag(rule: Rule<"replica-lag">, { session }: GateSight): Promise<GateVerdict> {
  const replicas = (await session.query<Replica>(REPLICAS)).filter(({ name }) => !rule.ignore.includes(name));
  if (replicas.length === 0) return { state: "holds", reason: "No replica is connected." };
  if (replicas.some(({ state }) => state === null)) return await hiddenFrom(session, "how far replicas are behind");
  const behind = replicas.filter(
    ({ lagMs, lagBytes }) => lagMs > rule.belowMs || (lagBytes ?? 0) > (rule.belowBytes ?? Number.POSITIVE_INFINITY),
  );
  if (behind.length === 0)
    return {
      state: "holds",
      reason: `${count(replicas.length, "replica")} ${replicas.length === 1 ? "keeps" : "keep"} up.`,
    };
  const told = behind.map(
    ({ name, lagMs, lagBytes }) => `${name} by ${ageInWords(lagMs / 1_000)} and ${bytesInWords(lagBytes ?? 0)}`,
  );
  return { state: "does not hold", reason: `Replicas are behind: ${told.join("; ")}.` };
}

interface Transaction {
  readonly pid: number | null;
  readonly who: string;
  readonly seconds: number;
  readonly gid: string | null;
}

/** Transactions that were prepared and never ended are no session's, and keep their locks all the same. */
const TRANSACTIONS = `SELECT pid, coalesce(nullif(application_name, ''), usename) AS who,
  extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds, NULL AS gid
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND application_name NOT LIKE 'lockkeeper%' AND clock_timestamp() - xact_start > $1 * interval '1 ms'
UNION ALL SELECT NULL, owner, extract(epoch FROM clock_timestamp() - prepared)::float8, gid
FROM pg_prepared_xacts WHERE database = current_database() AND clock_timestamp() - prepared > $1 * interval '1 ms'
ORDER BY 3 DESC`;

/**
 * Sessions of which nobody can tell whether they have a transaction open: of others' the server tells everybody no more than
 * their names, and of those that keep no account of what they do (`track_activities`), nothing to anybody.
 */
const UNTOLD = `SELECT pid, coalesce(nullif(application_name, ''), usename, 'a session') AS who,
  query = '<insufficient privilege>' AS hidden
FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (query = '<insufficient privilege>' OR state = 'disabled' AND backend_type = 'client backend')
  AND application_name NOT LIKE 'lockkeeper%' ORDER BY 3 DESC, 1 LIMIT 1`;

export async function judgeLongTransactions(
  { longestMs }: Rule<"long-transactions">,
  { session }: GateSight,
): Promise<GateVerdict> {
  const long = await session.query<Transaction>(TRANSACTIONS, [longestMs]);
  const [first] = long;
  if (first !== undefined) {
    const told = long
      .slice(0, SHOWN)
      .map(({ pid, who, seconds, gid }) =>
        gid === null
          ? `${who} (pid ${pid}) for ${ageInWords(seconds)}`
          : `prepared transaction ${gid} of ${who} for ${ageInWords(seconds)}`,
      );
    const more = long.length > SHOWN ? ` and ${long.length - SHOWN} more` : "";
    const action =
      first.pid === null
        ? `ROLLBACK PREPARED '${first.gid?.replaceAll("'", "''")}';`
        : `SELECT pg_terminate_backend(${first.pid});`;
    return { state: "does not hold", reason: `Transactions are open: ${told.join("; ")}${more}.`, action };
  }
  const [untold] = await session.query<{ pid: number; who: string; hidden: boolean }>(UNTOLD);
  if (untold?.hidden === true) return await hiddenFrom(session, "how long transactions of others are open");
  if (untold !== undefined) {
    return {
      state: "unknown",
      reason: `${untold.who} (pid ${untold.pid}) keeps to itself how long its transaction is open (track_activities is off).`,
      action: "ALTER SYSTEM SET track_activities = on; SELECT pg_reload_conf();",
    };
  }
  return { state: "holds", reason: `No transaction is open for longer than ${ageInWords(longestMs / 1_000)}.` };
}

const SHOWN = 3;

async function hiddenFrom(session: GateSight["session"], what: string): Promise<GateVerdict> {
  const [me] = await session.query<{ name: string }>("SELECT session_user AS name");
  return {
    state: "unknown",
    reason: `The server does not tell ${me?.name} ${what}.`,
    action: `GRANT pg_read_all_stats TO ${quoteIdentifier(me?.name ?? "")};`,
  };
}

/** What kind of process a session is, the server does not tell every role; its name it does. */
export async function judgeOldApplications(
  { matching }: Rule<"old-applications">,
  { session }: GateSight,
): Promise<GateVerdict> {
  const rows = await session.query<{ application: string; sessions: number }>(
    `SELECT application_name AS application, count(*)::int AS sessions FROM pg_stat_activity
     WHERE datname = current_database() AND coalesce(backend_type, 'client backend') = 'client backend'
       AND pid <> pg_backend_pid() AND application_name <> '' AND application_name NOT LIKE 'lockkeeper%'
     GROUP BY 1 ORDER BY 1`,
  );
  const old = rows.filter(({ application }) => matching.test(application));
  if (old.length === 0) return { state: "holds", reason: `No session matches ${matching.source}.` };
  const told = old.map(({ application, sessions }) => `${application} (${count(sessions, "session")})`);
  return { state: "does not hold", reason: `Still connected: ${told.join(", ")}.` };
}

import { count } from "../../errors/count.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { hasProgress } from "../prepare.ts";
import type { DatabaseState } from "../read-state.ts";
import type { DoctorFacts } from "./facts.ts";
import { bad, type Finding, good } from "./finding.ts";
import type { Leftovers } from "./leftovers.ts";

/** What the doctor found out of a database that it could come into. */
export interface Examination {
  readonly facts: DoctorFacts;
  readonly isPooled: boolean;
  /** Why the setting could not be made; undefined when it could. */
  readonly clientCheckRefused: string | undefined;
  readonly scratchDatabases: readonly string[];
  /** What Lockkeeper left behind; undefined when that could not be read. */
  readonly left: Leftovers | undefined;
}

/** Everything that can be told without the state schema; pure. */
export function databaseFindings(examination: Examination): Finding[] {
  const { facts } = examination;
  return [
    serverVersion(facts),
    writable(facts),
    replicationRole(facts),
    privileges(facts),
    ...migrationRole(facts),
    clientCheck(examination),
    pooler(examination),
    timeouts(examination),
    visibility(facts),
    invalidIndexes(examination),
    longTransactions(facts),
    preparedTransactions(facts),
    scratchDatabases(examination),
    ...leftovers(examination),
  ];
}

/** What the state schema tells; pure. */
export function stateFindings(state: DatabaseState, facts: DoctorFacts): Finding[] {
  return [stateSchema(state, facts), lease(state), unfinishedRuns(state)];
}

function stateSchema({ installed, version }: DatabaseState, { schema }: DoctorFacts): Finding {
  if (installed) {
    return good("state-schema", `The state schema is of version ${version}.`);
  }
  return schema === null || schema.relations === 0
    ? good("state-schema", "Lockkeeper has not run here yet.")
    : bad(
        "state-schema",
        `The schema lockkeeper holds ${schema.relations} relations that Lockkeeper did not make.`,
        "Rename it or drop it.",
      );
}

const OLDEST = 14;

function serverVersion({ serverVersion: version }: DoctorFacts): Finding {
  const name = `PostgreSQL ${Math.floor(version / 10_000)}.${version % 10_000}`;
  return version >= OLDEST * 10_000
    ? good("server-version", `This is ${name}.`)
    : bad("server-version", `This is ${name}.`, `Lockkeeper works with PostgreSQL ${OLDEST} and newer.`);
}

function writable({ inRecovery, readOnly }: DoctorFacts): Finding {
  if (inRecovery) {
    return bad("primary", "This server is a standby.", "Connect to the primary.");
  }
  return readOnly
    ? bad("primary", "Transactions here are read-only by default.", "Reset default_transaction_read_only.")
    : good("primary", "This server takes writes.");
}

function replicationRole({ replicationRole: role }: DoctorFacts): Finding {
  return role === "origin"
    ? good("replication-role", "Triggers and foreign keys are in force.")
    : bad(
        "replication-role",
        `session_replication_role is ${role}: triggers and foreign keys do not fire in our sessions.`,
        "Reset session_replication_role for this role and database.",
      );
}

function privileges({ mayCreate, schema, role, database }: DoctorFacts): Finding {
  if (schema === null) {
    return mayCreate
      ? good("privileges", `${role} may create the state schema.`)
      : bad(
          "privileges",
          `${role} may not create the schema lockkeeper in ${database}.`,
          `GRANT CREATE ON DATABASE ${quoteIdentifier(database)} TO ${quoteIdentifier(role)}; or: CREATE SCHEMA lockkeeper AUTHORIZATION ${quoteIdentifier(role)};`,
        );
  }
  return schema.mayCreate && schema.ownsAll
    ? good("privileges", `${role} may use and upgrade the state schema.`)
    : bad(
        "privileges",
        `The state schema belongs to ${schema.owner}, and ${role} is not a member of that role.`,
        // Whoever is a member of a superuser's role is one.
        schema.ownerIsSuperuser
          ? `Connect as ${schema.owner}, which is a superuser: its role is not one to grant.`
          : `Connect as ${schema.owner}, or: GRANT ${schema.owner} TO ${quoteIdentifier(role)};`,
      );
}

function migrationRole({ migratesAs, role }: DoctorFacts): Finding[] {
  if (migratesAs === null) {
    return [];
  }
  const { name, isGranted, seesState } = migratesAs;
  const quoted = quoteIdentifier(name);
  if (isGranted === null) {
    return [bad("role", `There is no role ${name}.`, `CREATE ROLE ${quoted}; or mend \`role\` in the configuration.`)];
  }
  if (!isGranted) {
    const action = `GRANT ${quoted} TO ${quoteIdentifier(role)};`;
    return [bad("role", `${role} may not run migrations as ${name}.`, action)];
  }
  return [
    seesState === false
      ? bad("role", `${name} does not see into the schema lockkeeper.`, `${USAGE} TO ${quoted};`)
      : good("role", `${role} may run migrations as ${name}.`),
  ];
}

const USAGE = "GRANT USAGE ON SCHEMA lockkeeper";

function clientCheck({ clientCheckRefused }: Examination): Finding {
  return clientCheckRefused === undefined
    ? good("client-check", "The server notices within a second when a runner dies.")
    : bad(
        "client-check",
        `client_connection_check_interval cannot be set: ${clientCheckRefused}.`,
        "Runs work, but the statement of a runner that was killed, and its locks, stay until it ends.",
      );
}

function pooler({ isPooled }: Examination): Finding {
  return isPooled
    ? bad(
        "pooler",
        "A connection pooler stands between us and the server: statements that cannot run in a transaction have no settings of their own.",
        "Give a direct connection as directDatabase (DIRECT_DATABASE_URL) for migrations.",
      )
    : good("pooler", "The connection is direct.");
}

/** Ours are set for each transaction; only where that is impossible do the defaults count. */
function timeouts({ facts, isPooled }: Examination): Finding {
  const named = facts.timeouts.map(({ name, ms }) => `${name} = ${ms} ms`).join(", ");
  const inTheWay = facts.timeouts.filter(({ name }) => !name.startsWith("idle_"));
  if (isPooled && inTheWay.length > 0) {
    return bad(
      "default-timeouts",
      `This role has timeouts that a pooler does not let us change: ${named}.`,
      `ALTER ROLE ${quoteIdentifier(facts.role)} SET ${inTheWay[0]?.name} = 0, or give a direct connection as directDatabase.`,
    );
  }
  return good(
    "default-timeouts",
    named === "" ? "This role has no default timeouts." : `Defaults of this role that our steps do not heed: ${named}.`,
  );
}

function visibility({ seesOthers, role }: DoctorFacts): Finding {
  return seesOthers
    ? good("activity", `${role} sees who holds the locks that a step waits for.`)
    : bad(
        "activity",
        `${role} does not see what other roles' sessions do, so blockers are reported without their queries, and long transactions may be missed here.`,
        `GRANT pg_read_all_stats TO ${quoteIdentifier(role)};`,
      );
}

function invalidIndexes({ facts: { invalidIndexes: names }, left }: Examination): Finding {
  const runOf = (name: string): number | undefined => left?.building.find(({ index }) => index === name)?.run;
  const found = names.map((name) => (runOf(name) === undefined ? name : `${name} (of run ${runOf(name)})`));
  const strange = names.find((name) => runOf(name) === undefined);
  return names.length === 0
    ? good("invalid-indexes", "There is no invalid index.")
    : bad(
        "invalid-indexes",
        `Invalid indexes, which cost every write and serve no query: ${found.join(", ")}.`,
        strange === undefined
          ? "`lockkeeper resume` builds them anew, `lockkeeper down` removes them."
          : `DROP INDEX CONCURRENTLY ${strange}; or build it anew: REINDEX INDEX CONCURRENTLY ${strange};`,
      );
}

function scratchDatabases({ scratchDatabases: names }: Examination): Finding {
  return names.length === 0
    ? good("scratch-databases", "No scratch database is left over.")
    : bad(
        "scratch-databases",
        `Scratch databases that a crash left on this server: ${names.join(", ")}.`,
        `The next command that needs one drops them, or: DROP DATABASE ${names[0]};`,
      );
}

/** What stands until contract is no fault; what nothing waits for any more is. */
function leftovers({ left }: Examination): Finding[] {
  if (left === undefined) return [];
  const { waiting, forgotten } = left;
  const lines = waiting.map(({ migration, left: what }) => `${migration} (${what.join(", ")})`);
  const [first] = forgotten;
  return [
    lines.length === 0
      ? good("contract", "Nothing waits for `lockkeeper contract`.")
      : good("contract", `Waiting for \`lockkeeper contract\`: ${lines.join(", ")}.`),
    first === undefined
      ? good("leftovers", "Nothing of Lockkeeper's stands that no migration waits for.")
      : bad(
          "leftovers",
          `Of Lockkeeper's, but no migration in force waits for it: ${forgotten.map(({ what }) => what).join(", ")}.`,
          `Look whether somebody needs it; if not: ${first.drop};`,
        ),
  ];
}

function longTransactions({ longTransactions: found }: DoctorFacts): Finding {
  const lines = found.map(
    ({ pid, application, user, state, ageMs }) => `pid ${pid} (${application || user}, ${state}, ${minutes(ageMs)})`,
  );
  return found.length === 0
    ? good("long-transactions", "No transaction is old.")
    : bad(
        "long-transactions",
        `Old transactions, which locks and concurrent index builds will wait for: ${lines.join(", ")}.`,
        `End them, for example: SELECT pg_terminate_backend(${found[0]?.pid});`,
      );
}

function preparedTransactions({ preparedTransactions: found }: DoctorFacts): Finding {
  const lines = found.map(({ name, ageMs }) => `${name} (${minutes(ageMs)})`);
  return found.length === 0
    ? good("prepared-transactions", "No prepared transaction stands open.")
    : bad(
        "prepared-transactions",
        `Prepared transactions, which keep their locks across restarts: ${lines.join(", ")}.`,
        "COMMIT PREPARED or ROLLBACK PREPARED each of them.",
      );
}

function lease({ lease: held }: DatabaseState): Finding {
  if (held === null) {
    return good("lease", "No runner holds the lease.");
  }
  return held.alive
    ? good("lease", `${held.holder} has held the lease since ${held.acquiredAt} and is alive.`)
    : bad(
        "lease",
        `${held.holder} held the lease until ${held.expiresAt} and did not give it back: it died.`,
        "The next `lockkeeper up` or `resume` takes the lease over and goes on.",
      );
}

function unfinishedRuns(state: DatabaseState): Finding {
  const left = state.lease?.alive === true ? [] : state.unfinished.filter(hasProgress);
  const lines = left.map(
    (run) =>
      `run ${run.id} (${run.direction} ${run.migration}, ${run.state}, ${run.done.length} of ${count(run.steps, "step")})`,
  );
  return left.length === 0
    ? good("unfinished-runs", "No run stands half done.")
    : bad(
        "unfinished-runs",
        `Half done: ${lines.join(", ")}.`,
        "`lockkeeper resume` continues, `lockkeeper down` takes back.",
      );
}

const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`;

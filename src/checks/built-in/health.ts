import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import type { Check } from "../check.ts";

const prepared: Check = {
  id: "prepared-transaction-old",
  title: "No prepared transaction is left waiting for its second phase",
  area: "health",
  severity: "error",
  depth: "catalog",
  phase: "both",
  async find({ ask, oldSeconds }) {
    const rows = await ask<{ gid: string; owner: string; age: string }>(
      `SELECT gid, owner, date_trunc('second', now() - prepared)::text AS age FROM pg_prepared_xacts
        WHERE prepared < now() - interval '${oldSeconds} s' AND database = current_database() ORDER BY prepared`,
    );
    return rows.map(({ gid, owner, age }) => ({
      object: gid,
      message: `The prepared transaction ${gid} of ${owner} has held its locks, and the rows that VACUUM would remove, for ${age}.`,
      fix: `COMMIT PREPARED ${quoteLiteral(gid)}; or ROLLBACK PREPARED ${quoteLiteral(gid)};`,
    }));
  },
};

const transactionLong: Check = {
  id: "transaction-long",
  title: "No transaction is left open",
  area: "health",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  async find({ ask, oldSeconds }) {
    const [may] = await ask<{ all: boolean }>(`SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS all`);
    if (may?.all !== true) {
      throw new LockkeeperError("permission_denied", {
        message: "The role does not see the transactions of others: GRANT pg_read_all_stats TO it.",
      });
    }
    const rows = await ask<{ pid: number; who: string; application: string; state: string; age: string }>(
      `SELECT pid, usename AS who, application_name AS application, state, date_trunc('second', now() - xact_start)::text AS age
         FROM pg_stat_activity
        WHERE datname = current_database() AND xact_start < now() - interval '${oldSeconds} s' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        ORDER BY xact_start`,
    );
    return rows.map(({ pid, who, application, state, age }) => ({
      object: `pid ${pid}`,
      message: `A transaction of ${who}${application === "" ? "" : ` (${application})`} has been open for ${age} (${state}): VACUUM removes nothing that is younger.`,
      fix: `SELECT pg_terminate_backend(${pid});`,
    }));
  },
};

/** Transactions left of 2^31 before the server refuses writes. Documentation, "Preventing Transaction ID Wraparound Failures". */
const NEAR = 1_200_000_000;
const VERY_NEAR = 1_800_000_000;

const wraparound: Check = {
  id: "wraparound-near",
  title: "Old rows are frozen long before transaction numbers are used up",
  area: "health",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  async find({ ask }) {
    const rows = await ask<{ name: string; age: number }>(
      `SELECT format('%I.%I', nspname, relname) AS name, greatest(age(relfrozenxid), mxid_age(relminmxid)) AS age
         FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind IN ('r', 'm', 't') AND relpersistence <> 't' AND greatest(age(relfrozenxid), mxid_age(relminmxid)) > ${NEAR}
        ORDER BY 2 DESC LIMIT 20`,
    );
    return rows.map(({ name, age }) => ({
      object: name,
      severity: age > VERY_NEAR ? "critical" : "warning",
      message: `The oldest transaction of ${name} is ${age} transactions ago; at 2,147,483,648 the server refuses writes.`,
      fix: `VACUUM (FREEZE) ${name};`,
    }));
  },
};

export const HEALTH_CHECKS: readonly Check[] = [prepared, transactionLong, wraparound];

import { randomInt } from "node:crypto";
import { LockkeeperError } from "../../../errors/lockkeeper-error.ts";
import { describeDatabase } from "../../../postgres/database-url.ts";
import { connect } from "../../../postgres/session.ts";
import type { Copy } from "./copy.ts";

/**
 * A database that the user prepared for it. What is done there stays.
 *
 * @param production the database that the plan is for
 * @param isDisposable whether somebody said that it may be thrown away
 * @throws LockkeeperError `rehearsal_refused` where nobody did, or where it is the production database itself
 */
export async function preparedCopy(url: string, production: string, isDisposable: boolean): Promise<Copy> {
  const relation = await relationOf(url, production);
  if (relation === "same database") {
    throw new LockkeeperError("rehearsal_refused", {
      message: `${describeDatabase(url)} is the very database that the plan is for.`,
      notDone: "Nothing was rehearsed, and nothing was changed.",
      action: "Name a copy of it with --on.",
    });
  }
  if (!isDisposable) {
    throw new LockkeeperError("rehearsal_refused", {
      message: `Nobody said that ${describeDatabase(url)} may be thrown away: a rehearsal changes it for good.`,
      notDone: "Nothing was rehearsed, and nothing was changed.",
      action: "If it may, repeat the command with --disposable.",
    });
  }
  return {
    url,
    kind: "prepared",
    of: describeDatabase(url),
    ownServer: relation === "other server",
    notes: [`${describeDatabase(url)} is left as the rehearsal leaves it: prepare it anew before the next one.`],
    async [Symbol.asyncDispose]() {},
  };
}

/**
 * By a lock that the one session takes and the other one sees: names, addresses and identifiers of the system may be the
 * same on a server that was restored elsewhere, and others on the same one.
 */
async function relationOf(url: string, production: string): Promise<"same database" | "same server" | "other server"> {
  await using there = await connect(production, { applicationName: "lockkeeper rehearsal" });
  await using here = await connect(url, { applicationName: "lockkeeper rehearsal" });
  const key = randomInt(2 ** 31 - 1);
  // Of a pooler's server session nobody could let it go: it ends with the transaction.
  await there.query("BEGIN READ ONLY");
  await there.query("SELECT pg_advisory_xact_lock($1, $2)", [LOCK, key]);
  const [seen] = await here.query<{ here: boolean }>(
    `SELECT database = (SELECT oid FROM pg_database WHERE datname = current_database()) AS here
     FROM pg_locks WHERE locktype = 'advisory' AND classid::int8 = $1 AND objid::int8 = $2`,
    [LOCK, key],
  );
  await there.rollback();
  return seen === undefined ? "other server" : seen.here ? "same database" : "same server";
}

/** "rehe" in ASCII: any number nobody else takes. */
const LOCK = 0x72_65_68_65;

import { randomInt } from "node:crypto";
import { connect, type Session } from "./session.ts";

export type DatabaseRelation = "same database" | "same server" | "other server";

/**
 * What two URLs lead to.
 *
 * @throws LockkeeperError those of `connect`
 */
export async function databaseRelation(one: string, other: string, applicationName: string): Promise<DatabaseRelation> {
  await using there = await connect(one, { applicationName });
  await using here = await connect(other, { applicationName });
  return await relationOf(there, here);
}

/**
 * What two sessions are in, by a lock that the one takes and the other one sees: names, addresses and identifiers of the
 * system may be the same on a server that was restored elsewhere, and others on the same one.
 *
 * @param there in no transaction
 */
export async function relationOf(there: Session, here: Session): Promise<DatabaseRelation> {
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

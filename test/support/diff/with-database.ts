import { connect, type Session } from "../../../src/postgres/session.ts";

let databases = 0;

/**
 * Does something in a new database of a server, which is gone afterwards.
 *
 * @param template the database that it is a copy of, to which nobody is connected; an empty one when absent
 */
export async function withDatabase<T>(
  serverUrl: string,
  admin: Session,
  work: (url: string) => Promise<T>,
  template = "template1",
): Promise<T> {
  databases += 1;
  const name = `own_${process.pid}_${databases}`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  try {
    return await work(url.href);
  } finally {
    await dropSubscriptions(url.href);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** They keep a database from being dropped. */
async function dropSubscriptions(url: string): Promise<void> {
  await using session = await connect(url);
  const found = await session.query<{ name: string }>(
    `SELECT quote_ident(subname) AS name FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid
     WHERE datname = current_database()`,
  );
  for (const { name } of found) {
    await session.query(`ALTER SUBSCRIPTION ${name} DISABLE`);
    await session.query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
    await session.query(`DROP SUBSCRIPTION ${name}`);
  }
}

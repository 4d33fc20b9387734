import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { onServer } from "./on-server.ts";

export type Row = Record<string, unknown>;

/** A database of the test's own on the run's server, with one connection held open for the test's questions. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  query<R extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<R[]>;
  /** A further connection, closed by `drop`. */
  connect(): Promise<pg.Client>;
  drop(): Promise<void>;
}

let admin: pg.Pool | undefined;

/** The run's own server outlives the test file: connections that stay make and drop all its databases. */
async function onAdmin(serverUrl: string, sql: string): Promise<void> {
  if (serverUrl !== inject("serverUrl")) {
    await onServer(serverUrl, (client) => client.query(sql));
    return;
  }
  admin ??= new pg.Pool({ connectionString: serverUrl, max: 2, idleTimeoutMillis: 0, allowExitOnIdle: true });
  await admin.query(sql);
}

/** @param serverUrl a server other than the run's own (another major, one that is restarted) */
export async function testDatabase(serverUrl: string = inject("serverUrl")): Promise<TestDatabase> {
  const name = `t_${randomBytes(6).toString("hex")}`;
  await onAdmin(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const clients: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url.href });
    // The server may end the session on purpose (fault injection); the next query reports it.
    client.on("error", () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  let own: pg.Client | undefined;
  const drop = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.end().catch(() => {})));
    await onAdmin(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  };
  return {
    name,
    url: url.href,
    connect,
    async query<R extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<R[]> {
      own ??= await connect();
      const result = await own.query(sql, params === undefined ? undefined : [...params]);
      return (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as R[];
    },
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

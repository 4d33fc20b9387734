import { parse } from "pg-connection-string";

/** What libpq calls the parameters that a URL may carry. */
const VARIABLES: Readonly<Record<string, string>> = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  database: "PGDATABASE",
  sslmode: "PGSSLMODE",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslrootcert: "PGSSLROOTCERT",
  options: "PGOPTIONS",
  connect_timeout: "PGCONNECT_TIMEOUT",
  channel_binding: "PGCHANNELBINDING",
};

/** Would lead to another server where the URL leaves something open. */
const MISLEADING = ["PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR"] as const;

/**
 * The environment in which a program of PostgreSQL connects to a database: the password is nowhere else, so that no list
 * of processes shows it. Messages are in English.
 *
 * @param url of the database
 * @param isOurs whether the server is a scratch server, which has nothing to do with what the user's environment says
 */
export function programEnvironment(url: string, isOurs: boolean): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env)) {
    if (isOurs && name.startsWith("PG")) delete env[name];
  }
  for (const name of MISLEADING) delete env[name];
  const parameters: Readonly<Record<string, unknown>> = { ...queryOf(url), ...connectionOf(url) };
  for (const [parameter, variable] of Object.entries(VARIABLES)) {
    const value = parameters[parameter];
    if (typeof value === "string" && value !== "") env[variable] = value;
  }
  return { ...env, PGAPPNAME: "lockkeeper backup", LC_ALL: "C" };
}

/** A mode of the driver's own that libpq does not know does what libpq calls by another name. */
function queryOf(url: string): Readonly<Record<string, string>> {
  const query = Object.fromEntries(new URL(url).searchParams);
  return query["sslmode"] === "no-verify" ? { ...query, sslmode: "require" } : query;
}

function connectionOf(url: string): Readonly<Record<string, unknown>> {
  // Its own reading of the certificates is of no use to a program.
  const { host, port, user, password, database } = parse(url.replace(/([?&])ssl[a-z]+=[^&#]*/g, "$1"));
  return { host, port, user, password, database };
}

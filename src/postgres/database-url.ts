import type { ClientConfig } from "pg";
import { parse } from "pg-connection-string";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/** @throws LockkeeperError `database_url_invalid`; the message never repeats the URL, which may hold a password */
export function parseDatabaseUrl(url: string): ClientConfig {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new LockkeeperError("database_url_invalid", {
      message: "The database URL does not begin with postgres:// or postgresql://.",
    });
  }
  try {
    const explicit = explicitSslMode(url);
    const parsed = parse(explicit);
    const port = parsed.port === null || parsed.port === undefined || parsed.port === "" ? 5432 : Number(parsed.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new RangeError("the port is not a number from 1 to 65535");
    }
    return {
      connectionString: explicit,
      ...(parsed.options === undefined ? {} : { options: parsed.options }),
    };
  } catch (error) {
    // The parser's own message may repeat the text it failed on.
    const reason = error instanceof RangeError ? `: ${error.message}` : "";
    throw new LockkeeperError("database_url_invalid", { message: `The database URL cannot be understood${reason}.` });
  }
}

/** Modes that say less than what the driver does with them: it verifies the certificate in any case. */
const STRICTER = /([?&]sslmode=)(prefer|require|verify-ca)(?=&|#|$)/;

/** The mode that the driver takes for verify-full, where the URL names one. */
export function stricterSslMode(url: string): string | undefined {
  return /[?&]uselibpqcompat=true(?:&|#|$)/.test(url) ? undefined : STRICTER.exec(url)?.[2];
}

/** The same connection, with its mode by the name of what it does: the driver warns of the others on standard error. */
function explicitSslMode(url: string): string {
  return stricterSslMode(url) === undefined ? url : url.replace(STRICTER, "$1verify-full");
}

/** `host:port/database` for messages, without user and password. */
export function describeDatabase(url: string): string {
  try {
    const { host, port, database } = parse(explicitSslMode(url));
    return `${host || "localhost"}:${port || "5432"}/${database ?? ""}`;
  } catch {
    return "the database";
  }
}

/** The database that a URL names; undefined where it names none, or cannot be understood. */
export function databaseOf(url: string): string | undefined {
  try {
    return parse(explicitSslMode(url)).database ?? undefined;
  } catch {
    return undefined;
  }
}

/** Everything in a URL that must never be printed: the passwords, as written and decoded. */
export function secretsOf(url: string): string[] {
  // Every argument of a command line may be one, and most are names of files.
  if (!/[:=]/.test(url)) return [];
  // A password may hold an unescaped @, so that both the first and the last one may end it.
  const userinfos = [/^[a-z]+:\/\/([^@/?#]*)@/i, /^[a-z]+:\/\/(.*)@/i].map((pattern) => pattern.exec(url)?.[1] ?? "");
  const written = userinfos.map((userinfo) => /:(.*)$/.exec(userinfo)?.[1] ?? "");
  const queried = [...url.matchAll(/[?&](?:ssl)?password=([^&#]*)/gi)].map((match) => match[1] ?? "");
  const secrets = [...written, ...queried].flatMap((secret) => [secret, safeDecode(secret)]);
  return [...new Set(secrets)].filter((secret) => secret !== "");
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

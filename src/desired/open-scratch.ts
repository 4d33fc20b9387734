import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { diffCatalogs } from "../diff/diff-catalogs.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { relationOf } from "../postgres/database-relation.ts";
import { describeDatabase } from "../postgres/database-url.ts";
import {
  connectToScratch,
  createScratchDatabase,
  SCRATCH_KEEPER,
  type ScratchDatabase,
  type ScratchPlaces,
} from "../postgres/scratch-database.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import { connect, type Session } from "../postgres/session.ts";
import { databaseContents } from "./database-contents.ts";

/** Where a scratch database comes from. */
export interface ScratchChoice extends ScratchPlaces {
  /** An empty database that is to be the scratch database itself, before all places where one could be made. */
  readonly database?: string | undefined;
  /** Databases that are compared or changed: none of them may be it. One that cannot be reached is none. */
  readonly except?: readonly string[];
}

/** How long to wait for another run in the same database, ms. */
const WAIT_MS = 60_000;

/** How long to look for a database that the scratch database must not be, ms. */
const LOOK_MS = 3_000;

/**
 * A scratch database: the one that is named for it, which must be empty and is left empty behind, or else a new one.
 *
 * @throws LockkeeperError `scratch_not_empty` for a named one that holds anything: it is never cleaned;
 *   `scratch_is_target` for one that is compared or changed; `scratch_unavailable` when others work in it, and as
 *   `createScratchDatabase` does
 */
export async function openScratch(places: ScratchChoice, waitMs: number = WAIT_MS): Promise<ScratchDatabase> {
  return places.database === undefined
    ? await createScratchDatabase(places)
    : await takeDatabase(places.database, places.except ?? [], waitMs);
}

async function takeDatabase(named: string, except: readonly string[], waitMs: number): Promise<ScratchDatabase> {
  const { url, keeper } = await connectToScratch(named);
  try {
    for (const other of new Set(except)) await refuseSame(keeper, named, other);
    await lock(keeper, named, waitMs);
    const contents = await databaseContents(keeper.query);
    if (contents.length > 0) throw notEmpty(named, `holds ${listed(contents)}`);
    const empty = await readCatalog(keeper.query);
    return {
      url,
      server: url,
      place: "named database",
      passedOver: [],
      notes: [],
      async [Symbol.asyncDispose]() {
        await using session = keeper;
        await leaveEmpty(session, named, empty);
      },
    };
  } catch (error) {
    await keeper.end();
    throw error;
  }
}

async function refuseSame(keeper: Session, named: string, other: string): Promise<void> {
  const looking = await connect(other, { applicationName: "lockkeeper scratch", connectTimeoutMs: LOOK_MS }).catch(
    (error: unknown) => {
      if (error instanceof LockkeeperError) return undefined;
      throw error;
    },
  );
  if (looking === undefined) return;
  await using session = looking;
  if ((await relationOf(session, keeper)) !== "same database") return;
  throw new LockkeeperError("scratch_is_target", {
    message: `${describeDatabase(named)} was named as scratch database, and is the database itself that is compared or changed.`,
    notDone: "Nothing of it was touched.",
  });
}

const LOCK = "SELECT pg_advisory_lock(hashtextextended('lockkeeper scratch', 0))";

/** Held until the session ends. */
async function lock({ query }: Session, named: string, waitMs: number): Promise<void> {
  await query(`SET lock_timeout = ${waitMs}`);
  try {
    await query(LOCK);
  } catch (error) {
    if (databaseError(error)?.code !== "55P03") throw error;
    throw new LockkeeperError("scratch_unavailable", {
      message: `Another run works in ${describeDatabase(named)}, and has not ended within ${waitMs / 1000} s.`,
      notDone: "Nothing was run.",
      action: "Wait for it, or name another database with --scratch-database URL.",
      cause: error,
    });
  }
}

/** Sessions of ours that a command which was stopped has left at work; who waits for the database is not at work. */
const OTHERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = session_user AND pid <> pg_backend_pid()
  AND application_name LIKE 'lockkeeper%' AND application_name <> '${SCRATCH_KEEPER}'`;

/**
 * Takes away what was made since the database was found empty.
 *
 * @throws LockkeeperError `scratch_not_empty` naming what stays
 */
async function leaveEmpty(keeper: Session, named: string, empty: Catalog): Promise<void> {
  let refusal: unknown;
  try {
    await keeper.query(OTHERS);
    await keeper.query("DROP SCHEMA IF EXISTS lockkeeper CASCADE");
    for (const { sql } of diffCatalogs(await readCatalog(keeper.query), empty).statements) {
      await keeper.query(sql);
    }
  } catch (error) {
    // Whoever comes next finds what is left.
    if (databaseError(error) === undefined || failureKind(error) === "connection") return;
    refusal = error;
  }
  const left = await databaseContents(keeper.query);
  if (left.length > 0) throw notEmpty(named, `could not be emptied again: it holds ${listed(left)}`, refusal);
}

const SHOWN = 5;

const listed = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ""}`;

function notEmpty(named: string, what: string, cause?: unknown): LockkeeperError {
  const name = decodeURIComponent(new URL(named).pathname.slice(1));
  return new LockkeeperError("scratch_not_empty", {
    message: `${describeDatabase(named)} ${what}.`,
    notDone: "Nothing of it was touched.",
    action: `Name an empty database. Where a run that was cut off has left this there, make it anew: DROP DATABASE ${name}; CREATE DATABASE ${name}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

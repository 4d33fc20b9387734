import { setTimeout } from "node:timers/promises";
import { failureKind } from "../../postgres/server-error.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { quoteQualified } from "../../sql/quote.ts";
import { leaveUncounted } from "./observation.ts";
import type { Seen, Snapshot } from "./snapshot.ts";

/** Holds something until the statement waits for it. */
export interface Blocker {
  /** The process that holds it now. */
  readonly backend: number;
  letGo(): Promise<void>;
  end(): Promise<void>;
}

/**
 * Starts all that can hold a statement up; see `observe-outside.ts`.
 *
 * @param apart tables that have sessions of their own; the others share theirs
 * @returns whether the role may do all of it: to lock catalogs takes a superuser
 */
export async function startBlockers(
  url: string,
  admin: Session,
  relations: Snapshot,
  apart: (table: Seen) => boolean,
): Promise<{ readonly blockers: readonly Blocker[]; readonly isComplete: boolean }> {
  const blockers: Blocker[] = [];
  let isComplete = true;
  try {
    blockers.push(await once(url, ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1"]));
    const tables = [...relations.values()].filter(({ kind }) => ["r", "p", "m"].includes(kind));
    const together = tables.filter((table) => !apart(table));
    for (const group of [...tables.filter(apart).map((table) => [table]), together]) {
      // To plan takes all the locks, and needs no materialized view to be filled.
      const readers = group.map((table) => `EXPLAIN SELECT FROM ${quoteQualified(table)} LIMIT 1`);
      const others = group.filter(({ kind }) => kind !== "m").map(quoteQualified);
      const writers = others.map((table) => `EXPLAIN DELETE FROM ${table}`);
      const lockers = others.map((table) => `LOCK TABLE ONLY ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
      for (const all of [readers, writers, lockers]) {
        if (all.length > 0) blockers.push(await once(url, all));
      }
    }
    for (const catalog of CATALOGS) {
      const relay = await Relay.start(url, admin, catalog);
      if (relay === undefined) isComplete = false;
      else blockers.push(relay);
    }
    return { blockers, isComplete };
  } catch (error) {
    await Promise.all(blockers.map((blocker) => blocker.end()));
    throw error;
  }
}

/** Written while statements hold what they lock the hardest: at new files, at new parents, and when something is gone. */
const CATALOGS = ["pg_class", "pg_inherits", "pg_statistic", "pg_description"];

async function once(url: string, sql: readonly string[]): Promise<Blocker> {
  const session = await connect(url);
  try {
    await leaveUncounted(session);
    await session.query(["BEGIN", ...sql].join("; "));
  } catch (error) {
    await session.end();
    throw error;
  }
  return { backend: session.backend ?? 0, letGo: () => session.rollback(), end: () => session.end() };
}

/**
 * Holds the statement up each time that it writes to a catalog. Two sessions take turns: before the one lets go, the other
 * waits in line behind the statement, and has the lock before the statement can ask for it again.
 */
class Relay implements Blocker {
  readonly #admin: Session;
  readonly #lock: string;
  #holder: Session;
  #next: Session;

  private constructor(admin: Session, lock: string, holder: Session, next: Session) {
    this.#admin = admin;
    this.#lock = lock;
    this.#holder = holder;
    this.#next = next;
  }

  /** @returns undefined when the role may not lock catalogs */
  static async start(url: string, admin: Session, catalog: string): Promise<Relay | undefined> {
    const relay = new Relay(
      admin,
      `BEGIN; LOCK TABLE pg_catalog.${catalog} IN SHARE MODE`,
      await connect(url),
      await connect(url),
    );
    try {
      await relay.#holder.query(relay.#lock);
      return relay;
    } catch (error) {
      await relay.end();
      if (failureKind(error) === "permission") return undefined;
      throw error;
    }
  }

  get backend(): number {
    return this.#holder.backend ?? 0;
  }

  async letGo(): Promise<void> {
    const last = this.#holder;
    const granted = { yet: false };
    this.#next.query(this.#lock).then(
      () => {
        granted.yet = true;
      },
      () => {},
    );
    while (!granted.yet && !(await this.#isInLine(this.#next))) await setTimeout(1);
    [this.#holder, this.#next] = [this.#next, last];
    await last.rollback();
  }

  async #isInLine({ backend }: Session): Promise<boolean> {
    const sql = "SELECT FROM pg_locks WHERE pid = $1 AND NOT granted";
    return (await this.#admin.query(sql, [backend])).length > 0;
  }

  async end(): Promise<void> {
    await Promise.all([this.#holder.end(), this.#next.end()]);
  }
}

import { setTimeout } from "node:timers/promises";
import { connect, type Session } from "../../../src/postgres/session.ts";
import type { Snapshot } from "./snapshot.ts";

/** Holds something until the statement waits for it. */
export interface Blocker {
  /** The process that holds it now. */
  readonly backend: number;
  letGo(): Promise<void>;
  end(): Promise<void>;
}

/** Starts all that can hold a statement up; see `observe-apart.ts`. */
export async function startBlockers(url: string, admin: Session, relations: Snapshot): Promise<readonly Blocker[]> {
  const started: Blocker[] = [await once(url, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1")];
  for (const { schema, name, kind } of relations.values()) {
    const table = `"${schema}"."${name.replaceAll('"', '""')}"`;
    if (!["r", "p", "m"].includes(kind)) continue;
    // To plan takes all the locks, and needs no materialized view to be filled.
    started.push(await once(url, `EXPLAIN SELECT FROM ${table} LIMIT 1`));
    if (kind === "m") continue;
    started.push(await once(url, `EXPLAIN DELETE FROM ${table}`));
    started.push(await once(url, `LOCK TABLE ONLY ${table} IN SHARE UPDATE EXCLUSIVE MODE`));
  }
  for (const catalog of CATALOGS) started.push(await Relay.start(url, admin, catalog));
  return started;
}

/** Written while statements hold what they lock the hardest: at new files, at new parents, and when something is gone. */
const CATALOGS = ["pg_class", "pg_inherits", "pg_statistic", "pg_description"];

async function once(url: string, sql: string): Promise<Blocker> {
  const session = await connect(url);
  await session.query("SET track_counts = off");
  await session.query(`BEGIN; ${sql}`);
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

  static async start(url: string, admin: Session, catalog: string): Promise<Relay> {
    const relay = new Relay(
      admin,
      `BEGIN; LOCK TABLE pg_catalog.${catalog} IN SHARE MODE`,
      await connect(url),
      await connect(url),
    );
    await relay.#holder.query(relay.#lock);
    return relay;
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

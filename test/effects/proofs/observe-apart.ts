import { setTimeout } from "node:timers/promises";
import type { LockMode } from "../../../src/effects/lock-mode.ts";
import { connect, type Session } from "../../../src/postgres/session.ts";
import { addLock, locksOf, type Observation, type Probed, probe, readyToProbe } from "./observation.ts";
import { attempt, prepareWorker } from "./observe.ts";
import type { Proof } from "./proof.ts";
import { type Snapshot, snapshot } from "./snapshot.ts";

/**
 * Runs a statement that PostgreSQL refuses inside a transaction on a copy of the database.
 *
 * It commits on its own and lets go of its locks, so other sessions hold it up wherever it can be: one has a lock on
 * each table that even SHARE UPDATE EXCLUSIVE waits for, one has read and written each table and thereby holds weak locks
 * on its indexes, one has an old snapshot, and two keep catalogs from being written to that are written last. Each time the
 * statement waits, its locks (those it waits for too) are noted, the tables are probed, and whoever holds it up ends.
 */
export async function observeApart(original: URL, proof: Proof): Promise<Observation> {
  const copy = new URL(original);
  copy.pathname = `${original.pathname}_copy`;
  const server = new URL(original);
  server.pathname = "/postgres";
  await using admin = await connect(server.href);
  const [from, to] = [original.pathname.slice(1), copy.pathname.slice(1)];
  await admin.query(`CREATE DATABASE ${to} TEMPLATE ${from}`);
  try {
    return await onCopy(copy.href, proof);
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`);
  }
}

async function onCopy(url: string, proof: Proof): Promise<Observation> {
  const notices: string[] = [];
  await using worker = await connect(url, { onNotice: ({ message }) => notices.push(message) });
  await using watcher = await connect(url);
  await readyToProbe(watcher);
  await prepareWorker(worker, proof);
  for (const sql of proof.inTransaction ?? []) await worker.query(sql);
  const before = await snapshot(watcher, "all");
  notices.length = 0;
  const blockers = await startBlockers(url, before);
  try {
    const locks = new Map<number, Set<LockMode>>();
    const blocked = new Map<number, Probed>();
    const running = { ended: false };
    const outcome = attempt(worker, proof.sql).finally(() => {
      running.ended = true;
    });
    const pid = worker.backend ?? 0;
    while (!running.ended) {
      const waitsFor = await blockersOf(watcher, pid);
      for (const [oid, modes] of await locksOf(watcher, pid)) {
        for (const mode of modes) addLock(locks, oid, mode);
      }
      if (waitsFor.length === 0) {
        await setTimeout(1);
        continue;
      }
      for (const [oid, { reads, writes }] of await probe(watcher, before)) {
        const until = blocked.get(oid);
        blocked.set(oid, { reads: reads || until?.reads === true, writes: writes || until?.writes === true });
      }
      for (const blocker of blockers) {
        if (waitsFor.includes(blocker.session.backend ?? 0)) await blocker.letGo();
        else await blocker.holdAgain();
      }
    }
    const failed = await outcome;
    const none = new Map();
    await worker.query("SELECT pg_stat_force_next_flush()").catch(() => {});
    await worker.end();
    const after = await snapshot(watcher, "all");
    const seen = { before, after, locks, locksBefore: none, blocked, blockedBefore: none, notices };
    return failed === undefined ? seen : { ...seen, failed };
  } finally {
    await Promise.all(blockers.map(({ session }) => session.end()));
  }
}

const blockersOf = async (watcher: Session, pid: number): Promise<readonly number[]> =>
  (await watcher.query<{ pid: number }>("SELECT unnest(pg_blocking_pids($1)) AS pid", [pid])).map((row) => row.pid);

/** A session that holds something until the statement waits for it. */
class Blocker {
  readonly session: Session;
  readonly #again: string | undefined;
  #holds = true;

  constructor(session: Session, again: string | undefined) {
    this.session = session;
    this.#again = again;
  }

  async letGo(): Promise<void> {
    this.#holds = false;
    await this.session.rollback();
  }

  /** What is written last may be written first too. Where the statement is writing just now, it is let be. */
  async holdAgain(): Promise<void> {
    if (this.#holds || this.#again === undefined) return;
    await this.session.query(this.#again).then(
      () => {
        this.#holds = true;
      },
      () => this.session.rollback(),
    );
  }
}

async function startBlockers(url: string, relations: Snapshot): Promise<readonly Blocker[]> {
  const started: Blocker[] = [];
  const start = async (again: boolean, ...statements: readonly string[]): Promise<void> => {
    const session = await connect(url);
    const sql = ["BEGIN", "SET LOCAL lock_timeout = '5ms'", ...statements].join(";");
    started.push(new Blocker(session, again ? sql : undefined));
    await session.query(sql);
  };
  await start(false, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1");
  for (const { schema, name, kind } of relations.values()) {
    const table = `"${schema}"."${name.replaceAll('"', '""')}"`;
    if (kind === "r" || kind === "p") {
      await start(false, `LOCK TABLE ONLY ${table} IN SHARE UPDATE EXCLUSIVE MODE`);
      await start(false, `SELECT FROM ${table} LIMIT 1`, `DELETE FROM ${table} WHERE random() < 0`);
    } else if (kind === "m") {
      await start(false, `SELECT FROM ${table} LIMIT 1`);
    }
  }
  for (const catalog of ["pg_description", "pg_inherits"]) {
    await start(true, `LOCK TABLE pg_catalog.${catalog} IN SHARE MODE`);
  }
  return started;
}

import { setTimeout } from "node:timers/promises";
import type { LockMode } from "../../../src/effects/lock-mode.ts";
import { connect, type Session } from "../../../src/postgres/session.ts";
import { startBlockers } from "./blockers.ts";
import { addLock, locksOf, type Observation, type Probed, probe, readyToProbe } from "./observation.ts";
import { attempt, prepareWorker } from "./observe.ts";
import type { Proof } from "./proof.ts";
import { snapshot } from "./snapshot.ts";

/**
 * Runs a statement that PostgreSQL refuses inside a transaction on a copy of the database.
 *
 * It commits on its own and lets go of its locks, so other sessions hold it up wherever it can be. For each table one has a
 * lock that even SHARE UPDATE EXCLUSIVE waits for, one has written and one has read the table, and with it holds weak
 * locks on its indexes; one has an old snapshot; and some keep catalogs
 * from being written to, again and again. Each time
 * the statement waits, its locks (those it waits for too) are noted, the tables are probed, and whoever holds it up lets
 * go.
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
    return await onCopy(copy.href, proof, admin);
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`);
  }
}

/** @param admin in another database: the statement may lock the catalogs of its own */
async function onCopy(url: string, proof: Proof, admin: Session): Promise<Observation> {
  const notices: string[] = [];
  await using worker = await connect(url, { onNotice: ({ message }) => notices.push(message) });
  await using watcher = await connect(url);
  await readyToProbe(watcher);
  await prepareWorker(worker, proof);
  for (const sql of proof.inTransaction ?? []) await worker.query(sql);
  const before = await snapshot(watcher, "all");
  notices.length = 0;
  const blockers = await startBlockers(url, admin, before);
  try {
    const locks = new Map<number, Set<LockMode>>();
    const blocked = new Map<number, Probed>();
    const running = { ended: false };
    const outcome = attempt(worker, proof.sql).finally(() => {
      running.ended = true;
    });
    // Should the watching fail, that is what is to be told.
    outcome.catch(() => {});
    const pid = worker.backend ?? 0;
    let probedWith = "";
    while (!running.ended) {
      const waitsFor = await blockersOf(admin, pid);
      const held = await locksOf(admin, pid);
      for (const [oid, modes] of held) {
        for (const mode of modes) addLock(locks, oid, mode);
      }
      if (waitsFor.length === 0) {
        await setTimeout(1);
        continue;
      }
      const key = JSON.stringify([...held].map(([oid, modes]) => [oid, [...modes].sort()]).sort());
      if (key !== probedWith) addProbed(blocked, await probe(watcher, before));
      probedWith = key;
      for (const blocker of blockers) {
        if (waitsFor.includes(blocker.backend)) await blocker.letGo();
      }
    }
    const failed = await outcome;
    const none = new Map();
    await worker.query("SELECT pg_stat_force_next_flush()");
    const after = await snapshot(watcher, "all");
    const seen = { before, after, locks, locksBefore: none, blocked, blockedBefore: none, notices };
    return failed === undefined ? seen : { ...seen, failed };
  } finally {
    await Promise.all(blockers.map((blocker) => blocker.end()));
  }
}

function addProbed(blocked: Map<number, Probed>, now: ReadonlyMap<number, Probed>): void {
  for (const [oid, { reads, writes }] of now) {
    const until = blocked.get(oid);
    blocked.set(oid, { reads: reads || until?.reads === true, writes: writes || until?.writes === true });
  }
}

const blockersOf = async (watcher: Session, pid: number): Promise<readonly number[]> =>
  (await watcher.query<{ pid: number }>("SELECT unnest(pg_blocking_pids($1)) AS pid", [pid])).map((row) => row.pid);

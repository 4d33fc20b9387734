import { databaseError } from "../../../src/postgres/server-error.ts";
import { connect, type Session } from "../../../src/postgres/session.ts";
import { locksOf, type Observation, probe, readyToProbe } from "./observation.ts";
import type { Proof } from "./proof.ts";
import { snapshot } from "./snapshot.ts";

/** Runs the statement in a transaction of one session, looks at it from another, and takes it back. */
export async function observe(url: string, proof: Proof): Promise<Observation> {
  const notices: string[] = [];
  await using worker = await connect(url, { onNotice: ({ message }) => notices.push(message) });
  await using watcher = await connect(url);
  await readyToProbe(watcher);
  await prepareWorker(worker, proof);
  await worker.query("BEGIN");
  try {
    for (const sql of proof.inTransaction ?? []) await worker.query(sql);
    const before = await snapshot(worker, "own");
    const pid = worker.backend ?? 0;
    const locksBefore = await locksOf(watcher, pid);
    const blockedBefore = proof.inTransaction === undefined ? new Map() : await probe(watcher, before);
    notices.length = 0;
    const failed = await attempt(worker, proof.sql);
    if (failed !== undefined) {
      const none = new Map();
      return { before, after: before, locks: none, locksBefore, blocked: none, blockedBefore, notices, failed };
    }
    const said = [...notices];
    const locks = await locksOf(watcher, pid);
    const after = await snapshot(worker, "own");
    const blocked = await probe(watcher, before);
    return { before, after, locks, locksBefore, blocked, blockedBefore, notices: said };
  } finally {
    await worker.rollback();
  }
}

/** What it does is seen whole in its own session only: no parallel workers. */
export async function prepareWorker(worker: Session, { settings = {} }: Proof): Promise<void> {
  await worker.query("SET client_min_messages = debug1");
  await worker.query("SET max_parallel_maintenance_workers = 0; SET max_parallel_workers_per_gather = 0");
  for (const [name, value] of Object.entries(settings)) {
    await worker.query("SELECT set_config($1, $2, false)", [name, value]);
  }
}

/** The server's refusal, or undefined. */
export async function attempt(worker: Session, sql: string): Promise<Observation["failed"]> {
  try {
    await worker.query(sql);
    return undefined;
  } catch (error) {
    const refusal = databaseError(error);
    if (refusal?.code === undefined) throw error;
    return { sqlState: refusal.code, message: refusal.message };
  }
}

import { databaseError, failureKind } from "../../postgres/server-error.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { readyToProbe } from "./observation.ts";

/** A session that runs statements, with what the server says of them, and another one that looks on. */
export interface Watched extends AsyncDisposable {
  readonly worker: Session;
  readonly watcher: Session;
  /** DEBUG1 and the like, the latest last. */
  readonly notices: string[];
  /** False: the role may not keep the looking on from being counted as reading. */
  readonly isUncounted: boolean;
}

/** Opens both; what the statements do is seen whole in the worker's own session, for there are no parallel workers. */
export async function openWatched(url: string): Promise<Watched> {
  const notices: string[] = [];
  const worker = await connect(url, {
    applicationName: "lockkeeper trace",
    onNotice: ({ message }) => notices.push(message),
  });
  try {
    const watcher = await connect(url, { applicationName: "lockkeeper trace" });
    const end = async (): Promise<void> => {
      await Promise.all([worker.end(), watcher.end()]);
    };
    try {
      await settle(worker);
      const isUncounted = await readyToProbe(watcher);
      return { worker, watcher, notices, isUncounted, [Symbol.asyncDispose]: end };
    } catch (error) {
      await end();
      throw error;
    }
  } catch (error) {
    await worker.end();
    throw error;
  }
}

/** What a session must be told again after RESET ALL. */
export async function settle(worker: Session): Promise<void> {
  await worker.query("SET client_min_messages = debug1");
  await worker.query("SET max_parallel_maintenance_workers = 0; SET max_parallel_workers_per_gather = 0");
}

/** Why a statement failed. */
export interface Failure {
  readonly sqlState: string;
  readonly message: string;
}

/** The server's refusal, or undefined. A connection that is lost is no word on the statement, and thrown. */
export async function attempt(run: () => Promise<unknown>): Promise<Failure | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    const refusal = databaseError(error);
    if (refusal?.code === undefined || failureKind(error) === "connection") throw error;
    return { sqlState: refusal.code, message: refusal.message };
  }
}

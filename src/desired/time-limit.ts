import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { connect, type Session } from "../postgres/session.ts";

/** How long a statement may take to heed its cancellation before its connection is cut, ms. */
const GRACE_MS = 5_000;

/** How long statements may last, and whether anybody still waits for them. */
export interface TimeLimit {
  /** Of another database of the server: statements are cancelled from there. */
  readonly server: string;
  /** ms for each statement. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a statement, and cancels it when it lasts longer than it may: a setting of the session would not do, statements
 * can change it.
 *
 * @returns whether it was cancelled for its time, with what `run` gave or threw then
 * @throws LockkeeperError `interrupted` when the signal fires; what `run` throws
 */
export async function withinTime<T>(
  { server, timeoutMs, signal }: TimeLimit,
  session: Session,
  run: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly tooLong: true }> {
  refuseWhenAborted(signal);
  const over = { tooLong: false };
  const cancelling: Promise<void>[] = [];
  const cancel = (): void => {
    cancelling.push(cancelStatement(server, session));
  };
  const timer = setTimeout(() => {
    over.tooLong = true;
    cancel();
  }, timeoutMs);
  const cut = setTimeout(() => session.destroy(), timeoutMs + GRACE_MS);
  const cuts = [cut];
  const onAbort = (): void => {
    cancel();
    cuts.push(setTimeout(() => session.destroy(), GRACE_MS));
  };
  signal.addEventListener("abort", onAbort);
  try {
    const value = await run();
    refuseWhenAborted(signal);
    return { value };
  } catch (error) {
    refuseWhenAborted(signal);
    if (over.tooLong) {
      return { tooLong: true };
    }
    throw error;
  } finally {
    clearTimeout(timer);
    for (const one of cuts) clearTimeout(one);
    signal.removeEventListener("abort", onAbort);
    // Else it could reach the statement that comes next.
    await Promise.all(cancelling);
  }
}

function refuseWhenAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new LockkeeperError("interrupted", {
      message: "The command was interrupted.",
      notDone: "Nothing but a scratch database was changed, and that is dropped.",
      action: "Run the command again.",
    });
  }
}

async function cancelStatement(server: string, session: Session): Promise<void> {
  try {
    await using admin = await connect(server, { applicationName: "lockkeeper scratch" });
    await admin.query("SELECT pg_cancel_backend($1)", [session.backend]);
  } catch {
    // Nobody is there to be asked: what the statement waits for will not come.
    session.destroy();
  }
}

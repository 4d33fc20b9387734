import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Session } from "../postgres/session.ts";
import { workConnection } from "./connection.ts";
import type { EmitEvent } from "./events.ts";
import type { RunPolicy } from "./policy.ts";
import { type DatabaseState, readState } from "./read-state.ts";
import { requireWritable } from "./require-writable.ts";
import { withRunner } from "./runner.ts";
import { installState, STATE_VERSION } from "./state/install-state.ts";
import type { Stop } from "./stop.ts";

/** What every operation that writes to the history needs. */
export interface OperationOptions {
  readonly url: string;
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
  /** Who decided this, for the audit; the login role when undefined. */
  readonly actor?: string;
}

/**
 * Changes the history in one transaction under the lease. The situation is examined before anything is touched, and
 * again under the lease, because another runner may have been here in between.
 *
 * @param examine reads only; undefined when there is nothing to do
 * @param records whether the schema as it stands is from now on what it should be
 * @returns what `change` returned, or undefined when there was nothing to do
 * @throws LockkeeperError `database_read_only`, `lease_held`, `interrupted`, and those of the two functions
 */
export async function underLease<E, T>(
  options: OperationOptions,
  command: string,
  examine: (session: Session, state: DatabaseState) => Promise<E | undefined>,
  change: (session: Session, examined: E) => Promise<T>,
  records: (result: T) => boolean = () => false,
): Promise<T | undefined> {
  await using work = workConnection(options);
  const session = await work.session();
  const state = await readState(session);
  if ((await examine(session, state)) === undefined) {
    return undefined;
  }
  requireWritable(state);
  if (state.version < STATE_VERSION) {
    await installState(session);
    options.emit({ type: "state.installed", version: STATE_VERSION });
  }
  const done = await withRunner(
    { ...options, details: { command } },
    work,
    async () => false,
    async (runner) => {
      const changed = await runner.journal(async (transaction) => {
        const examined = await examine(transaction, await readState(transaction));
        return { result: examined === undefined ? undefined : await change(transaction, examined) };
      });
      if (changed.result !== undefined && records(changed.result)) await runner.willChangeSchema(true);
      return changed;
    },
  );
  if (done === undefined) {
    throw new LockkeeperError("internal", { message: `${command} ended without the lease and without an error.` });
  }
  return done.result;
}

import { type WaitResult, waitFor } from "../wait.ts";
import { type ChangeOptions, emitterOf, withStop } from "./change-options.ts";
import { openProject } from "./open-project.ts";

export interface WaitForMigrationOptions extends Pick<ChangeOptions, "url" | "signal" | "onEvent" | "logger"> {
  /** The migration that must be in force. */
  readonly id: string;
  /** ms; 5 minutes when undefined. */
  readonly timeoutMs?: number;
}

/**
 * Waits until another program has brought a migration in force. Bears a database that is not up yet.
 *
 * @throws LockkeeperError `wait_timeout` that says what is there; `interrupted`, those of connecting that waiting does
 *   not mend
 */
export async function waitForMigration(options: WaitForMigrationOptions): Promise<WaitResult> {
  const project = await openProject(options);
  return await withStop(options.signal, (stop) =>
    waitFor({
      url: project.urlToRead(),
      id: options.id,
      timeoutMs: options.timeoutMs ?? 300_000,
      emit: emitterOf(options),
      stop,
    }),
  );
}

import { urlToRead } from "../run/target.ts";
import { type WaitResult, waitFor } from "../run/wait.ts";
import { type WatchOptions, watched } from "./change-project.ts";
import type { ProjectOptions } from "./open-project.ts";
import { WATCH_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";

export interface WaitForMigrationOptions extends Pick<ProjectOptions, "url">, WatchOptions {
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
  requireOptions(options, { url: "any", ...WATCH_KINDS, id: "text", timeoutMs: "duration" }, "waitForMigration()");
  const { id, timeoutMs = 300_000 } = options;
  return await watched(options, ({ project, emit, stop }) =>
    waitFor({ url: urlToRead(project), id, timeoutMs, emit, stop }),
  );
}

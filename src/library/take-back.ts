import { type DownResult, down } from "../run/down.ts";
import { migrationsOf } from "../run/target.ts";
import { afterRun, type Flown } from "../safety/post-flight/after-run.ts";
import { type ChangeOptions, watched } from "./change-project.ts";
import { guarded } from "./guarded.ts";
import { CHANGE_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";
import { requirePolicy } from "./require-policy.ts";

export interface TakeBackOptions extends ChangeOptions {
  /** Take back everything after this migration. */
  readonly to?: string;
  /** Take back this many; 1 when undefined and `to` is too. */
  readonly steps?: number;
  /** Run the ways back as they are written, also where that stops traffic. */
  readonly direct?: boolean;
}

/**
 * Takes back the newest migrations, each by its `.down.sql` or by what its statements imply. All ways back are known
 * before the first one runs. There is no question whether data may go: that is the caller's to know.
 *
 * @throws LockkeeperError `undo_unavailable` with nothing changed where a way back is not certain; those of a run
 */
export async function takeBack(options: TakeBackOptions = {}): Promise<DownResult & Flown> {
  requireOptions(options, { ...CHANGE_KINDS, to: "text", steps: "count", direct: "yes or no" }, "takeBack()");
  requirePolicy(options.policy, "takeBack()");
  const { to, steps, direct } = options;
  return await watched(options, async (watch) => {
    const { project, emit, stop } = watch;
    const run = await guarded(watch, migrationsOf, options);
    const result = await down({
      ...run,
      ...(to === undefined ? {} : { to }),
      ...(steps === undefined ? {} : { steps }),
      ...(direct === undefined ? {} : { direct }),
    });
    const done = [{ direction: "down", migrations: result.undone }] as const;
    return { ...result, ...(await afterRun(project, { done, policy: run.policy, emit, stop })) };
  });
}

import { type DownResult, down } from "../down.ts";
import { type ChangeOptions, emitterOf, withStop } from "./change-options.ts";
import { openProject } from "./open-project.ts";

export interface TakeBackOptions extends ChangeOptions {
  /** Take back everything after this migration. */
  readonly to?: string;
  /** Take back this many; 1 when undefined and `to` is too. */
  readonly steps?: number;
}

/**
 * Takes back the newest migrations, each by its `.down.sql` or by what its statements imply. All ways back are known
 * before the first one runs. There is no question whether data may go: that is the caller's to know.
 *
 * @throws LockkeeperError `undo_unavailable` with nothing changed where a way back is not certain; those of a run
 */
export async function takeBack(options: TakeBackOptions = {}): Promise<DownResult> {
  const { to, steps } = options;
  const project = await openProject(options);
  return await withStop(options.signal, (stop) =>
    down({
      url: project.urlToChange(),
      migrations: project.migrations(),
      policy: { ...project.policy, ...options.policy },
      emit: emitterOf(options),
      stop,
      ...(to === undefined ? {} : { to }),
      ...(steps === undefined ? {} : { steps }),
    }),
  );
}

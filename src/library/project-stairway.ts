import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { ReplayOptions } from "../run/replay/replay.ts";
import { type Squashed, squash } from "../run/squash/squash.ts";
import { type StairwayReport, stairway } from "../run/stairway/stairway.ts";
import { migrationsOf, policyOf } from "../run/target.ts";
import { type WatchOptions, watched } from "./change-project.ts";
import type { ProjectOptions } from "./open-project.ts";
import { type OptionKinds, requireOptions } from "./require-options.ts";

/** What is done in scratch databases only. */
export interface ScratchProjectOptions extends Omit<ProjectOptions, "url">, Pick<WatchOptions, "signal"> {
  /** Server for the scratch databases: the URL of any of its databases; an embedded one when nobody says otherwise. */
  readonly scratch?: string;
  /** Of the embedded server; the newest installed one when undefined. */
  readonly major?: number;
}

export interface SquashProjectOptions extends ScratchProjectOptions {
  /** The last migration that the new one stands for. */
  readonly to: string;
  /** Behind the number of the new file; `squashed` when undefined. */
  readonly name?: string;
}

const KINDS: OptionKinds<ScratchProjectOptions> = {
  migrations: "any",
  layout: "any",
  signal: "object",
  scratch: "text",
  major: "count",
};

/**
 * Takes every migration up, down and up again in a scratch database, and compares the schemas.
 *
 * @throws LockkeeperError `scratch_unavailable`, `interrupted`, and those of reading the files
 */
export async function projectStairway(options: ScratchProjectOptions = {}): Promise<StairwayReport> {
  requireOptions(options, KINDS, "stairway()");
  return await inScratch(options, stairway);
}

/**
 * Makes one migration that stands for all up to one, and proves it in scratch databases. Touches no file: the text and
 * what it stands for are the caller's to put in their places.
 *
 * @throws LockkeeperError `squash_differs`, `migration_unknown`, `scratch_unavailable`, and those of reading the files
 */
export async function projectSquash(options: SquashProjectOptions): Promise<Squashed> {
  requireOptions(options, { ...KINDS, to: "text", name: "text" }, "squash()");
  const { to, name = "squashed" } = options;
  if (typeof to !== "string") {
    throw new LockkeeperError("usage", { message: "squash() needs `to`.", notDone: "Nothing was run." });
  }
  return await inScratch(options, (replay) => squash({ ...replay, to, name }));
}

async function inScratch<T>(
  { scratch, major, ...options }: ScratchProjectOptions,
  work: (replay: ReplayOptions) => Promise<T>,
): Promise<T> {
  const { migrations, layout, signal } = options;
  const watch = {
    ...(migrations === undefined ? {} : { migrations }),
    ...(layout === undefined ? {} : { layout }),
    ...(signal === undefined ? {} : { signal }),
  };
  return await watched(watch, ({ project, stop }) =>
    work({
      places: { ...(scratch === undefined ? project.scratch : { named: scratch }), major },
      migrations: migrationsOf(project),
      policy: policyOf(project),
      stop,
    }),
  );
}

import { diffStates } from "../desired/diff-states.ts";
import { refuseUndecided } from "../desired/rename-candidates.ts";
import type { LeftOut } from "../desired/schema-source.ts";
import type { OpenWork } from "../desired/state.ts";
import type { SchemaDiff } from "../diff/schema-diff.ts";
import { type ComparedStates, compareStates } from "../run/compare-states.ts";
import { namingFailures } from "../run/name-failure.ts";
import { policyOf } from "../run/target.ts";
import { type WatchOptions, watched } from "./change-project.ts";
import type { ProjectOptions } from "./open-project.ts";
import { PROJECT_KINDS, WATCH_KINDS } from "./option-kinds.ts";
import { requireOptions } from "./require-options.ts";

export interface DiffProjectOptions extends ProjectOptions, WatchOptions {
  /** The schema as it is: a URL, files, folders and patterns of SQL, `cmd:…`, a stored catalog, or `migrations`. Default: the database. */
  readonly from?: string | readonly string[];
  /** The schema as it is to be; `schema` of the configuration when undefined. */
  readonly to?: string | readonly string[];
  /** All that is called otherwise, such as `users.name=users.full_name`. When undefined, what looks like it is an error. */
  readonly renames?: readonly string[];
  /** Columns in another order are a difference. Default false. */
  readonly columnOrder?: boolean;
  /** SQL is loaded into an embedded server, not beside the database. Default false. */
  readonly embedded?: boolean;
  /** The schema as it is to be may hold nothing, so that everything goes. Default false. */
  readonly allowEmpty?: boolean;
}

/** What differs between two states of a schema, and what leads from the one to the other. */
export interface DiffResult extends SchemaDiff {
  /** What of the SQL was not loaded, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Migrations that wait for contract: a database counts as if it had removed what they left standing. */
  readonly waiting: readonly string[];
  /** Migrations of which a part was run: a database counts as if the rest were. */
  readonly begun: readonly string[];
}

export function diffResult(
  { changes, statements }: SchemaDiff,
  { from, to }: Pick<ComparedStates, "from" | "to">,
): DiffResult {
  const open = [from.open, to.open];
  const named = (one: keyof OpenWork): readonly string[] => [...new Set(open.flatMap((work) => work?.[one] ?? []))];
  return {
    changes,
    statements,
    leftOut: [...from.leftOut, ...to.leftOut],
    waiting: named("waiting"),
    begun: named("begun"),
  };
}

/**
 * What differs between two states of the schema, and the DDL that leads from the one to the other. Changes nothing but
 * scratch databases, which are dropped.
 *
 * @example
 * const { statements } = await diff({ to: "schema.sql" });
 *
 * @throws LockkeeperError `rename_undecided`, `confirmation_required`, `schema_invalid`, `schema_command_failed`, `scratch_unavailable`, `snapshot_invalid`, `usage`,
 *   and those of connecting and of reading the files
 */
export async function diffProject(options: DiffProjectOptions = {}): Promise<DiffResult> {
  const yesOrNo = { columnOrder: "yes or no", embedded: "yes or no", allowEmpty: "yes or no" } as const;
  const kinds = { from: "any", to: "any", renames: "list", ...yesOrNo } as const;
  requireOptions(options, { ...PROJECT_KINDS, ...WATCH_KINDS, ...kinds }, "diff()");
  const { from, to, renames, columnOrder, embedded, allowEmpty } = options;
  for (const state of [from, to]) {
    if (typeof state !== "string") requireOptions({ state }, { state: "list" }, "diff()");
  }
  return await watched(options, ({ project, stop }) =>
    namingFailures(async () => {
      const states = await compareStates(project, {
        from: typeof from === "string" ? [from] : from,
        to: typeof to === "string" ? [to] : to,
        cwd: process.cwd(),
        embedded,
        allowEmpty,
        signal: stop.soon,
      });
      const { role } = policyOf(project);
      const { diff, undecided } = diffStates(states.from, states.to, {
        ...(renames === undefined ? {} : { renames }),
        ...(columnOrder === undefined ? {} : { columnOrder }),
        ...(role === undefined ? {} : { role }),
      });
      if (renames === undefined) refuseUndecided(undecided);
      return diffResult(diff, states);
    }),
  );
}

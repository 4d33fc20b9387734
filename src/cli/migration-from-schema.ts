import { namingFailures } from "../run/name-failure.ts";
import { migrationText } from "../trace/migration-text.ts";
import type { NeedsFittingRows } from "../trace/run-proven.ts";
import type { CommandContext } from "./command.ts";
import { diffOfFlags, type StatesFlags } from "./states-of-flags.ts";

/** The texts of a migration and its way back, and what was seen when they were tried. */
export interface MigrationFromSchema {
  /** Empty when there is no difference. */
  readonly up: string;
  readonly down: string;
  readonly rewrites: readonly string[];
  readonly needsFittingRows: readonly NeedsFittingRows[];
}

/**
 * What leads from the schema that the migrations leave behind, or another, to the one that is wanted: proven in a scratch
 * database, there and back.
 *
 * @throws LockkeeperError `change_unproven`, those of `diffOfFlags`, `scratch_unavailable`
 */
export async function migrationFromSchema(context: CommandContext, flags: StatesFlags): Promise<MigrationFromSchema> {
  return await namingFailures(async () => {
    // A folder that is not there is made, also one that somebody named.
    const config = { ...(await context.config()), migrationsNamed: false };
    const { states, found } = await diffOfFlags(context, config, { ...flags, from: flags.from ?? ["migrations"] });
    const { from, to, diff, renames, grants, role } = found;
    if (diff.changes.length === 0) return { up: "", down: "", rewrites: [], needsFittingRows: [] };
    const [up, down] = [diff.statements, found.back().statements];
    const { proveChange } = await import("../trace/prove-change.ts");
    const { places } = states.load;
    const proof = await proveChange(
      { from, to, up, down, renames, grants, role },
      { ...states.load, places: { ...places, major: places.major ?? majorOf(from.facts.server.version) } },
    );
    for (const { sql, reason } of proof.needsFittingRows)
      context.note(`Rows that are there must fit: ${reason}: ${sql}`);
    for (const { losesRows } of diff.statements) {
      if (losesRows !== undefined) context.note(`Rows are lost: ${losesRows}.`);
    }
    return {
      up: migrationText(up, proof.needsFittingRows),
      down: migrationText(down, proof.needsFittingRows),
      rewrites: proof.rewrites,
      needsFittingRows: proof.needsFittingRows,
    };
  });
}

const majorOf = (version: number): number => Math.floor(version / 10_000);

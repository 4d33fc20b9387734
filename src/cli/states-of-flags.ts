import { type DiffStatesOptions, diffStates, type StateDiff } from "../desired/diff-states.ts";
import { type ComparedStates, compareStates } from "../run/compare-states.ts";
import { policyOf } from "../run/target.ts";
import type { CommandContext } from "./command.ts";
import { majorOf } from "./lint-policy.ts";

/** What brings the two states of a comparison here. */
export interface StatesFlags {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly rename?: readonly string[];
  readonly embedded?: boolean;
  readonly serverVersion?: string;
  readonly withoutMissingRoles?: boolean;
}

/**
 * Brings the two states of the command line here and compares them; tells on standard error what was left out.
 *
 * @throws LockkeeperError those of `compareStates` and `diffStates`
 */
export async function diffOfFlags(
  context: CommandContext,
  flags: StatesFlags & Pick<DiffStatesOptions, "columnOrder">,
): Promise<{ readonly states: ComparedStates; readonly options: DiffStatesOptions; readonly found: StateDiff }> {
  const config = await context.config();
  const version = flags.serverVersion;
  const states = await compareStates(config, {
    ...flags,
    cwd: context.cwd,
    major: version === undefined ? undefined : majorOf(version),
    signal: context.endOnSignals().soon,
  });
  for (const { file, line, reason } of [...states.from.leftOut, ...states.to.leftOut]) {
    context.note(`Left out: ${file}:${line}: ${reason}.`);
  }
  const { role } = policyOf(config);
  const options: DiffStatesOptions = {
    ...(flags.columnOrder === undefined ? {} : { columnOrder: flags.columnOrder }),
    ...(flags.rename === undefined ? {} : { renames: flags.rename }),
    ...(role === undefined ? {} : { role }),
  };
  return { states, options, found: diffStates(states.from, states.to, options) };
}

import type { ResolvedConfig } from "../config/load-config.ts";
import { type DiffStatesOptions, diffStates, type StateDiff } from "../desired/diff-states.ts";
import { describeRename, refuseUndecided } from "../desired/rename-candidates.ts";
import type { Rename } from "../diff/schema-diff.ts";
import { type ComparedStates, compareStates } from "../run/compare-states.ts";
import { policyOf } from "../run/target.ts";
import type { CommandContext } from "./command.ts";
import { majorOf } from "./lint-policy.ts";

/** What brings the two states of a comparison here. */
export interface StatesFlags {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly rename?: readonly string[];
  /** False: what looks like a rename is none. */
  readonly renames?: boolean;
  readonly embedded?: boolean;
  readonly serverVersion?: string;
  readonly withoutMissingRoles?: boolean;
  /** The schema as it is to be may hold nothing. */
  readonly allowEmpty?: boolean;
}

/**
 * Brings the two states of the command line here and compares them; tells on standard error what was left out, and asks
 * what got another name.
 *
 * @throws LockkeeperError `rename_undecided`, those of `compareStates` and `diffStates`
 */
export async function diffOfFlags(
  context: CommandContext,
  config: ResolvedConfig,
  flags: StatesFlags & Pick<DiffStatesOptions, "columnOrder">,
): Promise<{ readonly states: ComparedStates; readonly found: StateDiff }> {
  const version = flags.serverVersion;
  const states = await compareStates(config, {
    ...flags,
    cwd: context.cwd,
    major: version === undefined ? undefined : majorOf(version),
    signal: context.endOnSignals().soon,
    note: context.note,
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
  const found = diffStates(states.from, states.to, options);
  return { states, found: flags.renames === false ? found : await decided(context, states, options, found) };
}

/** Asks until nothing is left: what a table has may be asked about once the table is known. */
async function decided(
  context: CommandContext,
  states: ComparedStates,
  options: DiffStatesOptions,
  first: StateDiff,
): Promise<StateDiff> {
  const told: Rename[] = [];
  const asked = new Set<string>();
  for (let found = first; ; found = diffStates(states.from, states.to, { ...options, decided: told })) {
    const more = await decide(context, found, asked);
    if (more.length === 0) return found;
    told.push(...more);
  }
}

/**
 * Asks of what may have got another name whether it did.
 *
 * @param asked grows by what was asked
 * @throws LockkeeperError `rename_undecided` where nobody can be asked; `interrupted`
 */
async function decide(
  { ask }: CommandContext,
  { undecided, candidates }: StateDiff,
  asked: Set<string>,
): Promise<readonly Rename[]> {
  if (ask === undefined) {
    refuseUndecided(undecided);
    return [];
  }
  const decided: Rename[] = [];
  for (const one of [...undecided, ...candidates()]) {
    if (decided.some(({ from, to }) => from === one.from || to === one.to)) continue;
    if (asked.has(describeRename(one))) continue;
    asked.add(describeRename(one));
    const details = `${describeRename(one)}${undecided.includes(one) ? ": under another name its rows stay, otherwise they are lost" : ""}.`;
    if (await ask("Is it the same under another name?", details)) decided.push(one);
  }
  return decided;
}

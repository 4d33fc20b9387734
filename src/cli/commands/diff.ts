import { diffStates } from "../../desired/diff-states.ts";
import type { Change, DiffStatement } from "../../diff/schema-diff.ts";
import { count } from "../../errors/count.ts";
import { compareStates } from "../../run/compare-states.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { policyOf } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { diffScript } from "../diff-script.ts";
import { majorOf } from "../lint-policy.ts";

/** What brings the two states of a comparison here. */
export interface StatesFlags {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly rename?: readonly string[];
  readonly embedded?: boolean;
  readonly serverVersion?: string;
  readonly withoutMissingRoles?: boolean;
}

export interface DiffFlags extends StatesFlags {
  readonly exitCode?: boolean;
  readonly strict?: boolean;
  readonly columnOrder?: boolean;
}

export interface DiffResult {
  readonly changes: readonly Change[];
  readonly statements: readonly DiffStatement[];
}

const FINDINGS = 1;
const DIFFERENT = 5;

export async function run(context: CommandContext, _: readonly string[], flags: DiffFlags): Promise<CommandResult> {
  const config = await context.config();
  const { role } = policyOf(config);
  const { diff } = await namingFailures(async () => {
    const { from, to } = await compareStates(config, {
      ...flags,
      cwd: context.cwd,
      major: flags.serverVersion === undefined ? undefined : majorOf(flags.serverVersion),
      signal: context.endOnSignals().soon,
    });
    for (const { file, line, reason } of [...from.leftOut, ...to.leftOut]) {
      context.note(`Left out: ${file}:${line}: ${reason}.`);
    }
    return diffStates(from, to, {
      ...(flags.columnOrder === undefined ? {} : { columnOrder: flags.columnOrder }),
      ...(flags.rename === undefined ? {} : { renames: flags.rename }),
      ...(role === undefined ? {} : { role }),
    });
  });
  const unsupported = diff.changes.filter((change) => change.unsupported === true);
  for (const { id, type } of unsupported) context.note(`${id} is ${type}, and no statement of ours leads there.`);
  for (const { losesRows } of diff.statements) {
    if (losesRows !== undefined) context.note(`Rows are lost: ${losesRows}.`);
  }
  return commandResult<DiffResult>(
    { changes: diff.changes, statements: diff.statements },
    ({ statements }) => diffScript(statements),
    {
      exitCode: exitCodeOf(flags, diff.changes.length, unsupported.length),
      log: { changes: count(diff.changes.length, "change") },
    },
  );
}

function exitCodeOf({ strict, exitCode }: DiffFlags, changes: number, unsupported: number): number {
  if (strict === true && unsupported > 0) return FINDINGS;
  return exitCode === true && changes > 0 ? DIFFERENT : 0;
}

import { count } from "../../errors/count.ts";
import { type DiffResult, diffResult } from "../../library/diff-project.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { diffScript } from "../diff-script.ts";
import { diffOfFlags, type StatesFlags } from "../states-of-flags.ts";

export interface DiffFlags extends StatesFlags {
  readonly exitCode?: boolean;
  readonly strict?: boolean;
  readonly columnOrder?: boolean;
}

const FINDINGS = 1;
const DIFFERENT = 5;

export async function run(context: CommandContext, _: readonly string[], flags: DiffFlags): Promise<CommandResult> {
  const { states, found } = await namingFailures(async () => diffOfFlags(context, await context.config(), flags));
  const { diff } = found;
  const unsupported = diff.changes.filter((change) => change.unsupported === true);
  for (const { id, type } of unsupported) context.note(`${id} is ${type}, and no statement of ours leads there.`);
  for (const { losesRows } of diff.statements) {
    if (losesRows !== undefined) context.note(`Rows are lost: ${losesRows}.`);
  }
  return commandResult<DiffResult>(diffResult(diff, states), ({ statements }) => diffScript(statements), {
    exact: "all",
    exitCode: exitCodeOf(flags, diff.changes.length, unsupported.length),
    log: { changes: count(diff.changes.length, "change") },
  });
}

function exitCodeOf({ strict, exitCode }: DiffFlags, changes: number, unsupported: number): number {
  if (strict === true && unsupported > 0) return FINDINGS;
  return exitCode === true && changes > 0 ? DIFFERENT : 0;
}

import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { type DataRemoval, dataRemovals } from "../plan/data-removals.ts";
import type { Plan } from "../plan/plan.ts";
import type { CommandContext } from "./command.ts";
import { count, oneLine } from "./format.ts";

/**
 * Lets people confirm that the plans may remove data; plans that remove none pass.
 *
 * @throws LockkeeperError `confirmation_required` naming the statements, where nobody can be asked or somebody said no
 */
export async function confirmRemovals(
  { ask }: Pick<CommandContext, "ask">,
  plans: readonly Plan[],
  isConfirmed: boolean,
): Promise<void> {
  const removals = isConfirmed ? [] : plans.flatMap(dataRemovals);
  if (removals.length === 0) {
    return;
  }
  const statements = removals.map(describeRemoval).join("\n");
  if (ask === undefined) {
    throw refused(`${count(removals.length, "statement")} would remove data:\n${statements}`, removals);
  }
  if (!(await ask(`${count(removals.length, "statement")} will remove data. Go on?`, statements))) {
    throw refused("The removal of data was not confirmed.", removals);
  }
}

function describeRemoval({ at, sql, removes }: DataRemoval): string {
  return `  ${at.file}:${at.line}  ${oneLine(sql, 80)}  (${removes})`;
}

function refused(message: string, removals: readonly DataRemoval[]): LockkeeperError {
  return new LockkeeperError("confirmation_required", {
    message,
    notDone: "Nothing was changed.",
    data: { removals },
  });
}

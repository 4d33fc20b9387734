import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { type DataRemoval, dataRemovals } from "../plan/data-removals.ts";
import type { Plan } from "../plan/plan.ts";
import { presentRemovals } from "../run/present-removals.ts";
import type { CommandContext } from "./command.ts";
import { oneLine } from "./format.ts";

/**
 * Lets people confirm that the plans may remove data; plans that remove none pass, and so does the removal of what is
 * not there.
 *
 * @param url where the plans are about to run
 * @throws LockkeeperError `confirmation_required` naming the statements, where nobody can be asked or somebody said no
 */
export async function confirmRemovals(
  { ask }: Pick<CommandContext, "ask">,
  url: string,
  plans: readonly Plan[],
  isConfirmed: boolean,
): Promise<void> {
  const removals = isConfirmed ? [] : await presentRemovals(url, dataRemovals(...plans));
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

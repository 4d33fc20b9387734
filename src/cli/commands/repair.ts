import { type Repair, repair } from "../../run/repair.ts";
import { migrationsOf, policyOf, urlToChange } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";

export interface RepairFlags {
  readonly reason: string;
  readonly step?: number;
  readonly as?: "done" | "pending";
}

export async function run(
  context: CommandContext,
  [id = ""]: readonly string[],
  { reason, step, as }: RepairFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const result = await repair({
    url: urlToChange(config),
    policy: policyOf(config),
    emit: context.emit,
    stop: context.heedSignals(),
    migrations: migrationsOf(config),
    id,
    reason,
    ...(step === undefined ? {} : { step }),
    ...(as === undefined ? {} : { as }),
  });
  return commandResult(result, describeRepair);
}

function describeRepair(repair: Repair): string {
  switch (repair.kind) {
    case "checksum":
      return `${repair.id}: recorded the checksum of the file, ${repair.to}, in place of ${repair.from}.`;
    case "file-gone":
      return `${repair.id}: recorded that its file is gone.`;
    case "step":
      return `${repair.id}: recorded step ${repair.step} of run ${repair.run} as ${repair.to}; \`lockkeeper resume\` goes on.`;
  }
}

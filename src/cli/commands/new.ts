import { downTemplate, TEMPLATES } from "../../migrations/templates.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { writeNewMigration } from "../new-files.ts";

export interface NewFlags {
  readonly ts?: boolean;
  readonly down?: boolean;
}

export async function run(
  context: CommandContext,
  [name = ""]: readonly string[],
  flags: NewFlags,
): Promise<CommandResult> {
  const { migrations: folder } = await context.config();
  const { id, files } = writeNewMigration(folder, name, (stem) => ({
    ...(flags.ts === true ? { ".ts": TEMPLATES.typescript } : { ".sql": TEMPLATES.sql }),
    ...(flags.down === true ? { ".down.sql": downTemplate(stem) } : {}),
  }));
  return commandResult({ id, files }, (made) => made.files.join("\n"));
}

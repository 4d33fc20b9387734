import { downTemplate, TEMPLATES } from "../../migrations/templates.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { writeNewMigration } from "../new-files.ts";
import type { StatesFlags } from "../states-of-flags.ts";

export interface NewFlags extends StatesFlags {
  readonly ts?: boolean;
  readonly down?: boolean;
  readonly fromSchema?: boolean;
}

export async function run(
  context: CommandContext,
  [name = ""]: readonly string[],
  flags: NewFlags,
): Promise<CommandResult> {
  const { migrations: folder } = await context.config();
  if (flags.fromSchema === true) {
    const { migrationFromSchema } = await import("../migration-from-schema.ts");
    const { up, down, ...proof } = await migrationFromSchema(context, flags);
    if (up === "") {
      return commandResult({ id: null, files: [], ...proof }, () => "There is no difference: no file was made.");
    }
    const { id, files } = writeNewMigration(folder, name, () => ({ ".sql": up, ".down.sql": down }));
    return commandResult({ id, files, ...proof }, (made) => made.files.join("\n"));
  }
  const { id, files } = writeNewMigration(folder, name, (stem) => ({
    ...(flags.ts === true ? { ".ts": TEMPLATES.typescript } : { ".sql": TEMPLATES.sql }),
    ...(flags.down === true ? { ".down.sql": downTemplate(stem) } : {}),
  }));
  return commandResult({ id, files }, (made) => made.files.join("\n"));
}

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { downTemplate, TEMPLATES } from "../../migrations/templates.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { nextNumber } from "../next-number.ts";

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
  const slug = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  if (slug === "") {
    throw new LockkeeperError("usage", {
      message: "The name holds no letter and no digit.",
      notDone: "No file was made.",
    });
  }
  try {
    mkdirSync(folder, { recursive: true });
    const stem = `${nextNumber(readdirSync(folder), new Date())}_${slug}`;
    const texts: readonly (readonly [string, string])[] = [
      flags.ts === true
        ? [join(folder, `${stem}.ts`), TEMPLATES.typescript]
        : [join(folder, `${stem}.sql`), TEMPLATES.sql],
      ...(flags.down === true ? [[join(folder, `${stem}.down.sql`), downTemplate(stem)] as const] : []),
    ];
    for (const [file, text] of texts) {
      writeFileSync(file, text, { flag: "wx" });
    }
    return commandResult({ id: stem, files: texts.map(([file]) => file) }, ({ files }) => files.join("\n"));
  } catch (error) {
    throw new LockkeeperError("migrations_unreadable", {
      message: `No file could be made in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
      at: { file: folder },
      notDone: "No file was made.",
      cause: error,
    });
  }
}

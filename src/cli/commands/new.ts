import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { downTemplate, TEMPLATES } from "../../migrations/templates.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { nextNumber } from "../next-number.ts";
import type { StatesFlags } from "../states-of-flags.ts";

export interface NewFlags extends StatesFlags {
  readonly ts?: boolean;
  readonly down?: boolean;
  readonly fromSchema?: boolean;
}

/** Endings and texts of the files of a migration. */
type Texts = readonly (readonly [ending: string, text: (stem: string) => string])[];

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
  if (flags.fromSchema === true) {
    const { migrationFromSchema } = await import("../migration-from-schema.ts");
    const { up, down, ...proof } = await migrationFromSchema(context, flags);
    if (up === "") {
      return commandResult({ id: null, files: [] }, () => "There is no difference: no file was made.");
    }
    const made = makeFiles(folder, slug, [
      [".sql", () => up],
      [".down.sql", () => down],
    ]);
    return commandResult({ ...made, ...proof }, ({ files }) => files.join("\n"));
  }
  const made = makeFiles(folder, slug, [
    flags.ts === true ? [".ts", () => TEMPLATES.typescript] : [".sql", () => TEMPLATES.sql],
    ...(flags.down === true ? [[".down.sql", downTemplate] as const] : []),
  ]);
  return commandResult(made, ({ files }) => files.join("\n"));
}

function makeFiles(
  folder: string,
  slug: string,
  texts: Texts,
): { readonly id: string; readonly files: readonly string[] } {
  try {
    mkdirSync(folder, { recursive: true });
    const stem = `${nextNumber(readdirSync(folder), new Date())}_${slug}`;
    const files = texts.map(([ending, text]) => ({ file: join(folder, `${stem}${ending}`), text: text(stem) }));
    for (const { file, text } of files) {
      writeFileSync(file, text, { flag: "wx" });
    }
    return { id: stem, files: files.map(({ file }) => file) };
  } catch (error) {
    throw new LockkeeperError("migrations_unreadable", {
      message: `No file could be made in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
      at: { file: folder },
      notDone: "No file was made.",
      cause: error,
    });
  }
}

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule } from "../migrations/migration-module.ts";
import { typedForm } from "../online/typed-form.ts";
import type { AuthoredTyped } from "../plan/plan.ts";
import { authoredSteps } from "../run/prepare.ts";
import { decodeUtf8 } from "../sql/normalize-text.ts";
import type { LeftOut, SchemaSource } from "../trace/load-schema.ts";
import { filesOf } from "./lint-sources.ts";

/** What is to be there before, and what of it cannot be. */
export interface Schema {
  readonly sources: readonly SchemaSource[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * The schema that files, folders and patterns of SQL make.
 *
 * @throws LockkeeperError `usage` for an argument that names nothing, `migrations_unreadable`
 */
export function schemaOfFiles(args: readonly string[], cwd: string): Schema {
  const sources = filesOf(args, cwd).map((file) => ({ file, text: readSql(file, cwd) }));
  return { sources, leftOut: [] };
}

/** @throws LockkeeperError `usage`, `migrations_unreadable` */
export function readSql(file: string, cwd: string): string {
  try {
    return decodeUtf8(readFileSync(resolve(cwd, file)), file);
  } catch (error) {
    if (error instanceof LockkeeperError) throw error;
    throw new LockkeeperError("usage", {
      message: `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      notDone: "Nothing was run.",
      cause: error,
    });
  }
}

/**
 * The schema that migrations leave behind, each as it is written.
 *
 * @throws LockkeeperError `migration_not_runnable` for code of another tool, and those of `loadMigrationModule`
 */
export async function schemaOfMigrations(migrations: readonly Migration[]): Promise<Schema> {
  const sources: SchemaSource[] = [];
  const leftOut: LeftOut[] = [];
  for (const migration of migrations) {
    const { file, kind, text, firstLine } = migration;
    if (kind === "foreign") {
      throw new LockkeeperError("migration_not_runnable", {
        message: `${migration.id} is code of ${migration.layout}, and what it leaves behind is not known.`,
        at: { file },
        notDone: "Nothing was run.",
        action: "Give the schema that is there before as SQL files: --schema FILE…",
      });
    }
    if (kind === "sql") {
      sources.push({ file, text, firstLine });
      continue;
    }
    const { steps } = await loadMigrationModule(migration);
    for (const step of authoredSteps(steps, file)) {
      if (step.kind === "typed") sources.push({ file: step.file, text: plainText(step) });
      else if (step.kind === "sql") sources.push({ file: step.file, text: step.text });
      else leftOut.push({ file, line: 1, reason: `script ${step.script} is not run in a trace` });
    }
  }
  return { sources, leftOut };
}

const plainText = ({ step, file }: AuthoredTyped): string =>
  typedForm(step, { file, now: new Date() }).plain().join(";\n");

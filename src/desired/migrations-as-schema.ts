import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule } from "../migrations/migration-module.ts";
import type { StepTable } from "../online/step-table.ts";
import { typedForm } from "../online/typed-form.ts";
import { authoredSteps } from "../plan/authored-steps.ts";
import type { AuthoredTyped } from "../plan/plan.ts";
import { keptAhead } from "./kept-ahead.ts";
import type { LeftOut, SchemaSource } from "./schema-source.ts";

/** What migrations run, and what of it cannot be run outside of a run. */
export interface MigrationsAsSchema {
  readonly sources: readonly SchemaSource[];
  readonly leftOut: readonly LeftOut[];
  /** Tables that get partitions for times to come. */
  readonly keptAhead: readonly StepTable[];
}

/**
 * The schema that migrations leave behind, each as it is written.
 *
 * @throws LockkeeperError `migration_not_runnable` for code of another tool, and those of `loadMigrationModule`
 */
export async function schemaOfMigrations(migrations: readonly Migration[]): Promise<MigrationsAsSchema> {
  const sources: SchemaSource[] = [];
  const leftOut: LeftOut[] = [];
  const ahead: StepTable[] = [];
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
      if (step.kind === "typed") {
        sources.push({ file: step.file, text: plainText(step) });
        const parent = keptAhead(step.step);
        if (parent !== undefined) ahead.push(parent);
      } else if (step.kind === "sql") sources.push({ file: step.file, text: step.text });
      else leftOut.push({ file, line: 1, reason: `script ${step.script} is not run in a scratch database` });
    }
  }
  return { sources, leftOut, keptAhead: ahead };
}

const plainText = ({ step, file }: AuthoredTyped): string =>
  typedForm(step, { file, now: new Date() }).plain().join(";\n");

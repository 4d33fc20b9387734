import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule, type MigrationModule } from "../migrations/migration-module.ts";
import { downTemplate, requireWritten, TEMPLATES } from "../migrations/templates.ts";
import type { AuthoredStep, Plan } from "../plan/plan.ts";
import { loadParser } from "../sql/parse-statement.ts";
import type { UnfinishedRun } from "./read-state.ts";

/** A migration with its plan and, for TypeScript, its functions. */
export interface Prepared {
  readonly migration: Migration;
  readonly plan: Plan;
  readonly module: MigrationModule | undefined;
}

/**
 * Compiles what is pending, before anything runs; the same file is compiled once.
 *
 * @throws LockkeeperError `migration_unwritten`, and those of `compilePlan` and `loadMigrationModule`
 */
export class Preparation {
  readonly #prepared = new Map<string, Prepared>();

  async prepare(migrations: readonly Migration[]): Promise<Prepared[]> {
    const prepared: Prepared[] = [];
    if (migrations.length === 0) {
      return prepared;
    }
    // The compiler is most of our code, and most starts have nothing to compile.
    const { compilePlan } = await import("../plan/compile-plan.ts");
    await loadParser();
    for (const migration of migrations) {
      const known = this.#prepared.get(migration.id) ?? (await prepareOne(migration, compilePlan));
      this.#prepared.set(migration.id, known);
      prepared.push(known);
    }
    return prepared;
  }
}

type Compile = typeof import("../plan/compile-plan.ts").compilePlan;

async function prepareOne(migration: Migration, compilePlan: Compile): Promise<Prepared> {
  if (migration.kind !== "foreign") {
    requireWritten(migration.text, migration.file, TEMPLATES[migration.kind]);
  }
  if (migration.down !== undefined) {
    requireWritten(migration.down.text, migration.down.file, downTemplate(migration.id));
  }
  if (migration.kind !== "typescript") {
    return { migration, plan: compilePlan(migration), module: undefined };
  }
  const module = await loadMigrationModule(migration);
  const authored = {
    steps: authoredSteps(module.steps, migration.file, "step"),
    ...(module.undo === undefined ? {} : { undo: authoredSteps(module.undo, migration.file, "undo step") }),
  };
  return { migration, plan: compilePlan(migration, authored), module };
}

/**
 * The steps of a TypeScript migration as the compiler takes them. Lines and columns count within the SQL of a step, which
 * the file's name therefore says: where the text stands in the file is not known.
 */
export function authoredSteps(
  steps: MigrationModule["steps"],
  file: string,
  what: "step" | "undo step",
): AuthoredStep[] {
  return steps.map((step, index) =>
    "sql" in step
      ? { kind: "sql", text: step.sql, file: `${file} (SQL of ${what} ${index + 1})`, firstLine: 1 }
      : { kind: "script", script: step.script, file },
  );
}

/** Whether a run has left anything in the database that its journal tells of. */
export function hasProgress(run: UnfinishedRun): boolean {
  return run.done.length > 0 || run.started.length > 0;
}

/** Whether another run has begun to take this one back: there is no going on with it. */
export function isBeingUndone(run: UnfinishedRun, unfinished: readonly UnfinishedRun[]): boolean {
  return unfinished.some((other) => other.undoes === run.id && hasProgress(other));
}

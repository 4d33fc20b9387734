import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { loadMigrationModule, type MigrationModule } from "../migrations/migration-module.ts";
import type { AuthoredStep, Plan, Step } from "../plan/plan.ts";
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
 * @throws LockkeeperError of `compilePlan` and `loadMigrationModule`
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
  if (migration.kind !== "typescript") {
    return { migration, plan: compilePlan(migration), module: undefined };
  }
  const module = await loadMigrationModule(migration);
  const authored = {
    steps: authoredSteps(module.steps, migration.file),
    ...(module.undo === undefined ? {} : { undo: authoredSteps(module.undo, migration.file) }),
  };
  return { migration, plan: compilePlan(migration, authored), module };
}

function authoredSteps(steps: MigrationModule["steps"], file: string): AuthoredStep[] {
  return steps.map((step) =>
    "sql" in step ? { kind: "sql", text: step.sql, file, firstLine: 1 } : { kind: "script", script: step.script, file },
  );
}

/** Whether a run has left anything in the database that its journal tells of. */
export function hasProgress(run: UnfinishedRun): boolean {
  return run.done.length > 0 || run.started.length > 0;
}

/**
 * Whether an edited migration may be continued where its earlier text stopped: what was applied must be the same. A step
 * that was only announced counts as applied unless the run failed in good order, in which case its leftover was mended.
 *
 * @throws LockkeeperError `run_changed` naming the step
 */
export function requireSamePast(run: UnfinishedRun, stored: Plan, edited: Plan, file: string): void {
  const past = [...run.done, ...(run.state === "failed" ? [] : run.started.map((step) => step.ordinal))];
  for (const ordinal of past) {
    const before = stored.steps[ordinal];
    const after = edited.steps[ordinal];
    if (before === undefined || after === undefined || stepContent(before) !== stepContent(after)) {
      throw new LockkeeperError("run_changed", {
        message: `${file} was edited, and its step ${ordinal + 1} (${before?.title}) is already applied by run ${run.id}.`,
        at: { file, ...(after === undefined ? {} : { line: after.at.line, column: after.at.column }) },
        notDone: "Nothing was run.",
        data: { run: run.id, step: ordinal + 1 },
      });
    }
  }
}

function stepContent(step: Step): string {
  switch (step.kind) {
    case "ddl":
      return JSON.stringify([step.settings, step.statements.map(({ sql, copyData }) => [sql, copyData])]);
    case "concurrent":
      return JSON.stringify([step.settings, step.statement.sql]);
    case "script":
      return JSON.stringify([step.settings, step.script]);
  }
}

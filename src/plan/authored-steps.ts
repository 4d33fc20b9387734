import type { MigrationStep, UndoStep } from "../migrations/migration-module.ts";
import type { AuthoredStep, AuthoredTyped } from "./plan.ts";

/**
 * The steps of a TypeScript migration as the compiler takes them. Lines and columns count within the SQL of a step, which
 * the file's name therefore says: where the text stands in the file is not known.
 */
export const authoredSteps = (steps: readonly MigrationStep[], file: string): (AuthoredStep | AuthoredTyped)[] =>
  steps.map((step, index) =>
    "sql" in step || "script" in step
      ? authoredStep(step, file, `step ${index + 1}`)
      : { kind: "typed", step, file: `${file} (step ${index + 1})` },
  );

/** The same for a way back. */
export const authoredUndo = (steps: readonly UndoStep[], file: string): AuthoredStep[] =>
  steps.map((step, index) => authoredStep(step, file, `undo step ${index + 1}`));

const authoredStep = (step: UndoStep, file: string, what: string): AuthoredStep =>
  "sql" in step
    ? { kind: "sql", text: step.sql, file: `${file} (SQL of ${what})`, firstLine: 1 }
    : { kind: "script", script: step.script, file };

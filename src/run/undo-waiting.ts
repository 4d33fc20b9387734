import type { AuthoredStep, Plan, Step } from "../plan/plan.ts";

/** How far a migration has come. */
interface Past {
  readonly plan: Plan;
  readonly contract?: { readonly plan: Plan; readonly done: readonly number[]; readonly isComplete: boolean };
}

/** What of a migration waits for contract, or for the rest of it. */
export function waitingSteps({ plan, contract }: Past): readonly Step[] {
  if (contract === undefined) return plan.contract ?? [];
  return contract.isComplete ? [] : contract.plan.steps.filter((_, ordinal) => !contract.done.includes(ordinal));
}

/** Steps of contract as text, for running them first on another way. */
export const asAuthored = (steps: readonly Step[]): readonly AuthoredStep[] =>
  steps.flatMap((step) =>
    step.kind === "ddl"
      ? step.statements.map(
          ({ sql, at }): AuthoredStep => ({
            kind: "sql",
            text: sql,
            file: `${at.file} (contract)`,
            firstLine: at.line,
          }),
        )
      : [],
  );

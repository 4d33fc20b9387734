import { count } from "../../errors/count.ts";
import { dataRemovals } from "../../plan/data-removals.ts";
import type { Phase, Plan } from "../../plan/plan.ts";
import { shellWord } from "../rollback/shell-word.ts";
import { type Block, code, command, heading, list, paragraph, prose, table, text } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";
import { contractSteps, type RunbookStep, stepsOf } from "./steps.ts";

const PHASES: Readonly<Record<Exclude<Phase, "contract">, string>> = {
  expand: "what is new is made; nobody sees it yet",
  migrate: "rows are filled and proven, in batches; readers and writers go on",
  cutover: "names are switched over, in short transactions",
};

/** What is typed, phase by phase, with the locks that each takes. */
export function runPhases(facts: RunbookFacts): readonly Block[] {
  return [
    heading("Run"),
    paragraph(
      prose(
        "One command brings all of it through its phases up to the cutover, one migration behind the other: approvals and rehearsals are bound to all that is pending together. It may be stopped at any time; the same command goes on where it stood.",
      ),
    ),
    heading("Up to the cutover", 3),
    ...command({
      line: `lockkeeper up${facts.plans.some((plan) => dataRemovals(plan).length > 0) ? " --yes" : ""}`,
      when: "before",
      exit: 0,
      prints: `Applied ${count(facts.plans.length, "migration")}`,
    }),
    ...facts.plans.flatMap((plan) => oneMigration(plan, facts)),
    ...contract(facts),
  ];
}

function oneMigration(plan: Plan, facts: RunbookFacts): readonly Block[] {
  const steps = stepsOf(facts).filter(({ migration }) => migration === plan.migration);
  return [
    paragraph(text`${plan.migration}:`),
    ...list(
      (Object.keys(PHASES) as (keyof typeof PHASES)[]).flatMap((phase) => {
        const own = steps.filter(({ step }) => step.phase === phase);
        return own.length === 0
          ? []
          : [prose(`${phase}, ${count(own.length, "step")}: ${PHASES[phase]}; locks: ${locksOf(own)}`)];
      }),
    ),
  ];
}

const locksOf = (steps: readonly RunbookStep[]): string => {
  const all = [...new Set(steps.flatMap(({ locks }) => locks))];
  return all.length === 0 ? "none that others meet." : `${all.join(", ")}.`;
};

function contract(facts: RunbookFacts): readonly Block[] {
  const waiting = facts.plans.filter((plan) => plan.contract !== undefined);
  if (waiting.length === 0) return [];
  return [
    heading("Contract: when nobody uses the old shape any more", 3),
    paragraph(
      prose(
        "Not in the same night: once the release before is gone for good, and what was seen since is well. From here on `lockkeeper down` cannot bring back what is removed.",
      ),
    ),
    ...command({ line: "lockkeeper contract", when: "applied", exit: 0, prints: "waiting" }),
    ...waiting.flatMap(({ migration }) =>
      command({
        line: `lockkeeper contract ${shellWord(migration)} --yes`,
        when: "applied",
        exit: 0,
        prints: "Removed what 1 migration left standing",
      }),
    ),
    ...table(
      ["migration", "removes", "locks"],
      contractSteps(facts).flatMap(({ migration, step, locks }) =>
        step.kind === "ddl"
          ? step.statements
              .filter(({ leftover }) => leftover !== undefined)
              .map(({ sql }) => [
                text`${migration}`,
                code(sql),
                [locks.length === 0 ? "ACCESS EXCLUSIVE on what it removes" : locks.join(", ")],
              ])
          : [],
      ),
    ),
  ];
}

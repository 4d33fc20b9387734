import { count } from "../../errors/count.ts";
import { authoredUnits } from "../../plan/authored-units.ts";
import { dataRemovals } from "../../plan/data-removals.ts";
import type { Plan } from "../../plan/plan.ts";
import { type Block, code, heading, list, paragraph, prose, table, text } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";
import { secondsText, stepsOf } from "./steps.ts";

const STATEMENT_WIDTH = 300;

/** What the runbook is for, and what will happen. */
export function overview(facts: RunbookFacts): readonly Block[] {
  const { database, serverVersion, at, plans, files, before, binding } = facts;
  const version = `${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}`;
  return [
    heading("What it does"),
    paragraph(
      text`Brings the database ${database} (PostgreSQL ${version}) from ${before ?? "no migration"} to ${plans.at(-1)?.migration ?? ""}. Written for what was pending at ${at}, and for nothing else: when a file, the schema or the plan changes, write it again. What approvals and rehearsals are bound to: ${binding.slice(0, 16)}.`,
    ),
    ...plans.flatMap((plan) => oneMigration(plan, files[plan.migration] ?? plan.migration)),
  ];
}

function oneMigration(plan: Plan, file: string): readonly Block[] {
  const steps = stepsOf([plan]);
  const phases = [...new Set(steps.map(({ phase }) => phase))].join(", ");
  const seconds = steps.reduce<number | undefined>(
    (sum, one) => (sum === undefined || one.seconds === undefined ? undefined : sum + one.seconds),
    0,
  );
  const removals = dataRemovals(plan);
  return [
    heading(`\`${plan.migration}\``, 3),
    paragraph(
      text`${file}: ${count(plan.steps.length, "step")} (${phases === "" ? "nothing to run" : phases}), expected: ${secondsText(seconds)}.`,
    ),
    ...list(authoredUnits(plan.steps).map(({ sql }) => code(shortened(sql)))),
    ...table(
      ["it removes at once", "by"],
      removals.map(({ removes, sql }) => [prose(removes), code(shortened(sql))]),
    ),
    ...(plan.contract === undefined
      ? []
      : [paragraph(text`What it takes away is kept until ${`lockkeeper contract ${plan.migration}`}.`)]),
    ...notesOf(plan),
  ];
}

function notesOf(plan: Plan): readonly Block[] {
  const notes = plan.steps.flatMap((step) =>
    step.kind === "script"
      ? []
      : (step.kind === "ddl" ? step.statements : [step.statement]).flatMap(({ notes = [] }) => notes),
  );
  return list([...new Set(notes)].map((note) => [note]));
}

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length <= STATEMENT_WIDTH ? line : `${line.slice(0, STATEMENT_WIDTH - 1)}…`;
}

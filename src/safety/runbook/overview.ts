import { count } from "../../errors/count.ts";
import { authoredUnits } from "../../plan/authored-units.ts";
import { dataRemovals } from "../../plan/data-removals.ts";
import type { Plan } from "../../plan/plan.ts";
import { type Block, code, heading, list, paragraph, prose, table, text } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";
import { shortened } from "./shortened.ts";
import { rangeInWords } from "./steps.ts";

/** What the runbook is for, and what will happen. */
export function overview(facts: RunbookFacts): readonly Block[] {
  const { database, serverVersion, at, plans, files, before, binding } = facts;
  const version = `${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}`;
  return [
    heading("What it does"),
    paragraph(
      text`Brings the database ${database} (PostgreSQL ${version}) from ${before ?? "none"} to ${plans.at(-1)?.migration ?? ""}. Written for what was pending at ${at}, and for nothing else: when a file, the schema or the plan changes, write it again. What approvals and rehearsals are bound to: ${binding.slice(0, 16)}.`,
    ),
    ...plans.flatMap((plan) => oneMigration(plan, files[plan.migration] ?? plan.migration, facts)),
  ];
}

function oneMigration(plan: Plan, file: string, { estimates: [sized] }: RunbookFacts): readonly Block[] {
  const phases = [...new Set(plan.steps.map(({ phase }) => phase))].join(", ");
  const estimate = sized?.up.find(({ migration }) => migration === plan.migration);
  const time = estimate === undefined ? "" : `, ${rangeInWords(estimate.total.seconds)}`;
  const removals = dataRemovals(plan);
  return [
    heading(`\`${plan.migration}\``, 3),
    paragraph([{ code: file }, `: ${count(plan.steps.length, "step")}${phases === "" ? "" : ` (${phases})`}${time}.`]),
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
  return list([...new Set(notes)].map(prose));
}

import type { Phase, Step } from "../../plan/plan.ts";
import { type Block, code, heading, paragraph, prose, type Text, table } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";
import { shortened } from "./shortened.ts";
import { type RunbookStep, rangeInWords, sizedSteps, stepsOf, together } from "./steps.ts";

const PHASES: readonly Phase[] = ["expand", "migrate", "cutover", "contract"];

/** Each step with its locks and its time, and the phases for databases of several sizes. */
export function timeline(facts: RunbookFacts): readonly Block[] {
  const { estimates } = facts;
  const found = PHASES.filter((phase) => sizedSteps(facts, SAME).some(({ step }) => step.phase === phase));
  return [
    heading("Timeline"),
    paragraph(
      prose(
        "Times are those of the work, with their range. Waiting for locks comes on top: at most `lock.timeout` at a time, tried again until `lock.deadline`.",
      ),
    ),
    ...table(
      ["migration", "step", "phase", "what", "strongest locks", "blocks", "expected"],
      stepsOf(facts).map(stepRow),
    ),
    ...table(
      ["phase", ...estimates.map(({ times }) => (times === 1 ? "at this size" : `${times} times as large`))],
      found.map((phase) => [
        [phase],
        ...estimates.map((sized): Text => {
          const own = sizedSteps(facts, sized).filter(({ step }) => step.phase === phase);
          return [rangeInWords(together(own.map(({ seconds }) => seconds)))];
        }),
      ]),
    ),
  ];
}

const SAME = { times: 1, up: [], contract: [] };

const stepRow = ({ migration, number, step, locks, blocks, seconds }: RunbookStep): readonly Text[] => [
  code(migration),
  [String(number)],
  [step.phase],
  whatOf(step),
  locks.length === 0 ? ["none that others meet"] : prose(locks.join("; ")),
  [blocks ?? "nothing"],
  [rangeInWords(seconds)],
];

/** A step of many statements is known by what its author wrote. */
function whatOf(step: Step): Text {
  if (step.kind !== "ddl" || step.statements.length === 1) return code(step.title);
  const written = [...new Set(step.statements.map(({ insteadOf, sql }) => insteadOf ?? sql))];
  return [
    `${step.title} of `,
    ...written.flatMap((sql, at): Text => [...(at === 0 ? [] : ["; "]), { code: shortened(sql) }]),
  ];
}

import type { Phase } from "../../plan/plan.ts";
import { type Block, code, heading, paragraph, prose, type Text, table } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";
import { contractSteps, type RunbookStep, secondsText, stepsOf } from "./steps.ts";

/** Sizes of the database, as multiples of what it has now. */
const SIZES = [1, 2, 5, 10];
const PHASES: readonly Phase[] = ["expand", "migrate", "cutover", "contract"];

/** Each step with its locks and its time, and the phases for databases of several sizes. */
export function timeline({ plans }: RunbookFacts): readonly Block[] {
  const steps = stepsOf(plans);
  const all = [...steps, ...contractSteps(plans)];
  return [
    heading("Timeline"),
    paragraph(
      prose(
        "Times are those of the work on rows. Waiting for locks comes on top: at most `lock.timeout` at a time, tried again until `lock.deadline`. Work on rows grows with the table, so a larger copy takes that much longer.",
      ),
    ),
    ...table(["migration", "step", "phase", "what", "strongest locks", "blocks", "expected"], steps.map(stepRow)),
    ...table(
      ["phase", ...SIZES.map((times) => (times === 1 ? "at this size" : `${times} times as large`))],
      PHASES.flatMap((phase) => {
        const own = all.filter((one) => one.phase === phase);
        return own.length === 0 ? [] : [[[phase], ...SIZES.map((times): Text => [secondsText(total(own, times))])]];
      }),
    ),
  ];
}

export const stepRow = ({ migration, number, phase, step, locks, blocks, seconds }: RunbookStep): readonly Text[] => [
  code(migration),
  [String(number)],
  [phase],
  code(step.title),
  locks.length === 0 ? ["none that others meet"] : prose(locks.join("; ")),
  [blocks ?? "nothing"],
  [secondsText(seconds)],
];

const total = (steps: readonly RunbookStep[], times: number): number | undefined =>
  steps.reduce<number | undefined>(
    (sum, { seconds }) => (sum === undefined || seconds === undefined ? undefined : sum + seconds * times),
    0,
  );

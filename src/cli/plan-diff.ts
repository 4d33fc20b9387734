import type { Plan } from "../plan/plan.ts";
import { statementsOf } from "../safety/planned-locks.ts";
import type { Paint } from "./paint.ts";
import type { ShownPlan } from "./plan-text.ts";

/** Columns of each side. */
const WIDTH = 58;

/** What the author wrote on the left, what runs instead on the right, statement by statement. */
export function planDiff(plans: readonly ShownPlan[], paint: Paint): string {
  return plans
    .map(({ file, plan, asWritten }) =>
      [
        `${paint("bold", plan.migration)}  ${paint("dim", file)}`,
        ...(asWritten === undefined ? [] : [`  ${paint("yellow", "as written:")} ${asWritten}`]),
        ...pairsOf(plan).flatMap((pair) => pairLines(pair, paint)),
        "",
      ].join("\n"),
    )
    .join("\n");
}

interface Pair {
  readonly written: string;
  /** Each with the step in which it runs. */
  readonly runs: readonly string[];
  readonly isOther: boolean;
}

function pairsOf(plan: Plan): readonly Pair[] {
  const pairs: Pair[] = [];
  let last = "";
  for (const [index, step] of plan.steps.entries()) {
    const head = `${index + 1} ${step.phase}${step.kind === "sweep" ? ", in batches" : ""}: `;
    if (step.kind === "script") {
      pairs.push({ written: step.title, runs: [`${head}${step.title}`], isOther: false });
    }
    for (const { sql, insteadOf, at } of statementsOf(step)) {
      const place = insteadOf === undefined ? "" : `${at.file}:${at.line}:${at.column}`;
      const before = pairs.at(-1);
      if (before !== undefined && place !== "" && place === last) {
        pairs[pairs.length - 1] = { ...before, runs: [...before.runs, `${head}${sql};`] };
      } else {
        pairs.push({ written: `${insteadOf ?? sql};`, runs: [`${head}${sql};`], isOther: insteadOf !== undefined });
      }
      last = place;
    }
  }
  return pairs;
}

function pairLines({ written, runs, isOther }: Pair, paint: Paint): string[] {
  const left = wrapped(written);
  const right = runs.flatMap(wrapped);
  const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [
    left[row] ?? "",
    right[row] ?? "",
  ]);
  return rows.map(([one = "", other = ""], row) => {
    const sign = isOther && row === 0 ? "►" : "│";
    const line = `  ${one.padEnd(WIDTH)} ${sign} ${isOther && other !== "" ? paint("green", other) : other}`;
    return line.trimEnd();
  });
}

/** Broken between words, its own line ends kept; a word that is longer than a line is not cut. */
function wrapped(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let rest = line.trimEnd();
    while (rest.length > WIDTH) {
      const space = rest.lastIndexOf(" ", WIDTH);
      const at = space > 4 ? space : rest.indexOf(" ", WIDTH);
      if (at === -1) break;
      lines.push(rest.slice(0, at).trimEnd());
      rest = `    ${rest.slice(at).trimStart()}`;
    }
    return [...lines, rest];
  });
}

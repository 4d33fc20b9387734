import { count } from "../../errors/count.ts";
import type { Sides, TracedRelation, TracedStatement, TracedStep, TraceReport } from "../../trace/trace-report.ts";
import { formatMs, formatServerVersion, indent, oneLine } from "../format.ts";
import type { Paint } from "../paint.ts";

/** Steps with what was seen, and beside it what was foreseen where that is something else. */
export function traceText(report: TraceReport, paint: Paint): string {
  return [
    ...head(report, paint),
    "",
    ...report.steps.flatMap((step) => [...stepLines(step, paint), ""]),
    foot(report, paint),
  ].join("\n");
}

function head(
  { migration, file, serverVersion, place, rows, leftOut, passedOver }: TraceReport,
  paint: Paint,
): string[] {
  const { filled, empty } = rows;
  return [
    `${paint("bold", migration)}  ${paint("dim", `${file}, PostgreSQL ${formatServerVersion(serverVersion)}, scratch database on the ${place}`)}`,
    `  ${count(filled.length, "table")} with rows`,
    ...empty.map(({ table, reason }) => `  ${paint("yellow", "no rows:")} ${table}: ${reason}`),
    ...leftOut.map(({ file: where, line, reason }) => `  ${paint("yellow", "left out:")} ${where}:${line}: ${reason}`),
    ...passedOver.map((reason) => `  ${paint("dim", "passed over:")} ${reason}`),
  ];
}

function stepLines({ step, phase, kind, title, outcome, reason, statements }: TracedStep, paint: Paint): string[] {
  const told = outcome === "done" ? "" : `  ${paint(outcome === "failed" ? "red" : "yellow", outcome)}`;
  return [
    `  ${step}  ${paint("cyan", phase)}  ${kind}${statements.length === 0 ? `  ${title}` : ""}${told}${reason === undefined ? "" : `: ${reason}`}`,
    ...statements.flatMap((one) => statementLines(one, paint).map((line) => indent(line, "     "))),
  ];
}

const WIDTH = 100;

function statementLines(one: TracedStatement, paint: Paint): string[] {
  const { sql, insteadOf, outcome, reason, failure, ms, unchecked, isComplete } = one;
  return [
    `${sql};${ms === null ? "" : `  ${paint("dim", formatMs(ms))}`}`,
    ...(insteadOf === undefined ? [] : [`  ${paint("dim", "instead of:")} ${oneLine(insteadOf, WIDTH)}`]),
    ...(outcome === "skipped" || outcome === "not run"
      ? [`  ${paint("yellow", outcome)}${reason === undefined ? "" : `: ${reason}`}`]
      : []),
    ...(failure === undefined ? [] : [`  ${paint("red", "failed:")} ${failure.sqlState} ${failure.message}`]),
    ...(failure?.foreseen ?? []).map((way) => `    foreseen: ${way}`),
    ...one.relations.filter(isShown).map((relation) => `  ${relationText(relation, paint)}`),
    ...unchecked.map((what) => `  ${paint("dim", "not foreseen:")} ${what}`),
    ...(isComplete ? [] : [`  ${paint("dim", "seen in part: only a superuser can hold the statement up everywhere")}`]),
  ];
}

/** Indexes go with their tables, unless something is told of them. */
const isShown = ({ kind, lock, blocks, works }: TracedRelation): boolean =>
  kind !== "index" || [lock, blocks, works].some((sides) => sides?.differs === true);

function relationText({ relation, kind, lock, blocks, works }: TracedRelation, paint: Paint): string {
  const parts = [
    ...(lock === undefined ? [] : [side(lock, (mode) => (mode === "none" ? "no lock" : mode), paint)]),
    ...(blocks === undefined ? [] : [side(blocks, (what) => `blocks ${what}`, paint)]),
    ...(works === undefined
      ? []
      : [side(works, (work) => (work === "" ? "no work" : work.replaceAll("-", " ")), paint)]),
  ];
  return `${relation} (${kind}): ${parts.join("; ")}`;
}

function side({ predicted, observed, differs }: Sides, say: (text: string) => string, paint: Paint): string {
  return differs ? `${say(observed)} ${paint("red", `✗ predicted: ${say(predicted)}`)}` : say(observed);
}

function foot({ differences, isWhole, steps }: TraceReport, paint: Paint): string {
  const ran = `${count(steps.length, "step")}`;
  const found = differences === 0 ? "as predicted" : `${count(differences, "difference")} from the prediction`;
  return isWhole
    ? `${ran}, ${differences === 0 ? paint("green", found) : paint("red", found)}.`
    : `${paint("red", "The migration failed")}; up to there ${found}.`;
}

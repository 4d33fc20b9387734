import { CHECK_SEVERITIES, type CheckSeverity } from "../../checks/check.ts";
import type { CheckReport, CheckResult } from "../../checks/run-checks.ts";
import { count } from "../../errors/count.ts";
import { indent } from "../format.ts";
import type { Paint, Shade } from "../paint.ts";

const SHADES: Readonly<Record<CheckSeverity, Shade>> = {
  critical: "red",
  error: "red",
  warning: "yellow",
  info: "cyan",
};
/** What one check finds may be found of every table. */
const SHOWN = 20;

/** What was found, by check, and a summary; checks that passed are counted, those with nothing but notes among them. */
export function checksText({ database, results }: CheckReport, paint: Paint): string {
  const told = results.filter(({ findings }) => findings.length > 0);
  const failed = told.filter((result) => !hasOnlyNotes(result));
  const unchecked = results.filter(({ state }) => state === "unchecked");
  const of = (severity: CheckSeverity): number =>
    told.flatMap(({ findings }) => findings).filter((one) => one.severity === severity).length;
  const counts = CHECK_SEVERITIES.filter((severity) => of(severity) > 0).map((severity) =>
    severity === "critical" || severity === "info" ? `${of(severity)} ${severity}` : count(of(severity), severity),
  );
  const passed = results.length - failed.length - unchecked.length;
  return [
    ...told.map((result) => toldText(result, paint)),
    ...unchecked.map(
      ({ check, reason }) => `${paint("yellow", "?")} ${paint("bold", check)} could not be checked: ${reason}`,
    ),
    `${database}: ${passed} of ${count(results.length, "check")} passed${counts.length === 0 ? "" : `; found: ${counts.join(", ")}`}${unchecked.length === 0 ? "" : `; ${unchecked.length} not checked`}.`,
  ].join("\n\n");
}

const hasOnlyNotes = ({ findings }: CheckResult): boolean => findings.every(({ severity }) => severity === "info");

function toldText(result: CheckResult, paint: Paint): string {
  const { check, title, findings } = result;
  const more = findings.length > SHOWN ? [`  and ${findings.length - SHOWN} more`] : [];
  return [
    `${hasOnlyNotes(result) ? paint("cyan", "i") : paint("red", "✗")} ${paint("bold", check)} ${paint("dim", title)}`,
    ...findings
      .slice(0, SHOWN)
      .flatMap(({ severity, message, fix, sample = [] }) => [
        `  ${paint(SHADES[severity], severity)} ${indent(message, "  ").trimStart()}`,
        ...sample.map((row) => paint("dim", `      ${JSON.stringify(row)}`)),
        ...(fix === undefined ? [] : [paint("green", `      ${fix}`)]),
      ]),
    ...more,
  ].join("\n");
}

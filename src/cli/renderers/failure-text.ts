import type { ErrorReport } from "../../errors/lockkeeper-error.ts";
import type { Blocker } from "../../run/events.ts";
import { indent } from "../format.ts";
import type { Paint } from "../paint.ts";
import { blockerTable } from "./lock-report.ts";
import { excerptOf } from "./source-excerpt.ts";

/** A failure for people: what happened and where, what did not happen, and what to do next. */
export function failureText(report: ErrorReport, paint: Paint): string {
  const [headline = "", ...rest] = report.message.split("\n");
  return [
    `${paint("red", "✗")} ${paint("bold", report.code)}: ${headline}`,
    ...rest,
    ...placeLines(report, paint),
    ...serverFacts(report),
    ...blockerLines(report, paint),
    "",
    ...(report.notDone === undefined ? [] : [`  ${paint("dim", "Not done:")} ${report.notDone}`]),
    `  ${paint("dim", "Next:")}     ${indent(report.action, "            ").trimStart()}`,
    "",
  ].join("\n");
}

function placeLines({ at }: ErrorReport, paint: Paint): string[] {
  if (at === undefined) {
    return [];
  }
  const position = [at.file, at.line, at.line === undefined ? undefined : at.column].filter(
    (part) => part !== undefined,
  );
  const where = `${position.join(":")}${at.relation === undefined ? "" : ` (${at.relation})`}`;
  const excerpt = excerptOf(at);
  const number = String(at.line ?? "");
  const gutter = " ".repeat(number.length);
  return [
    "",
    `  ${paint("cyan", where)}`,
    ...(excerpt === undefined ? [] : [`  ${paint("dim", `${number} │`)} ${excerpt.text}`]),
    ...(excerpt?.pointer === undefined ? [] : [`  ${paint("dim", `${gutter} │`)} ${paint("red", excerpt.pointer)}`]),
  ];
}

/** What PostgreSQL said beside its message. */
const SERVER_FACTS = [
  ["sqlstate", "SQLSTATE"],
  ["detail", "detail"],
  ["hint", "hint"],
  ["constraint", "constraint"],
  ["column", "column"],
  ["where", "where"],
] as const;

function serverFacts({ data = {} }: ErrorReport): string[] {
  return SERVER_FACTS.flatMap(([key, name]) => {
    const value = data[key];
    return typeof value === "string" ? [`  ${name}: ${value.replaceAll("\n", "\n    ")}`] : [];
  });
}

function blockerLines({ code, data = {} }: ErrorReport, paint: Paint): string[] {
  const blockers = code === "lock_timeout" && Array.isArray(data["blockers"]) ? (data["blockers"] as Blocker[]) : [];
  return blockers.length === 0 ? [] : ["", ...blockerTable(blockers).map((line) => `  ${paint("dim", line)}`)];
}

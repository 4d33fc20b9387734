import type { RehearsalFinding, RehearsalReport } from "../../safety/rehearsal/rehearsal-report.ts";
import {
  loadOf,
  notesOf,
  productionOf,
  rowInWords,
  type Section,
  stagesOf,
  stepInWords,
  stepsOf,
  verdictOf,
} from "../../safety/rehearsal/report/sections.ts";
import { indent, table } from "../format.ts";
import type { Paint } from "../paint.ts";

/** What is told of a rehearsal beside its report. */
export interface ToldRehearsal extends RehearsalReport {
  /** The evidence that was stored in the database; null where none was. */
  readonly evidence: number | null;
}

/** What was found first, then what was measured. */
export function rehearsalText(report: ToldRehearsal, paint: Paint): string {
  const { held, findings, load, evidence } = report;
  const production = productionOf(report);
  const sections = [stagesOf(report), ...stepsOf(report), production, load === null ? undefined : loadOf(load)];
  const stored = evidence === null ? [] : [`Stored as evidence ${evidence}.`];
  return [
    ...sections.flatMap((section) => (section === undefined ? [] : [sectionText(section, paint)])),
    ...[...notesOf(report), ...stored].map((note) => paint("dim", note)),
    ...findings.map((finding) => findingText(finding, paint)),
    paint(held ? "green" : "red", verdictOf(report)),
  ].join("\n\n");
}

const sectionText = ({ title, head, rows }: Section, paint: Paint): string =>
  [paint("bold", title), indent(table(head, rows).join("\n"), "  ")].join("\n");

function findingText(finding: RehearsalFinding, paint: Paint): string {
  const { severity, code, sqlState, message, at, rows = [], action } = finding;
  const where = stepInWords(finding);
  const place = at?.line === undefined ? "" : `${at.file}:${at.line}`;
  return [
    `${paint(severity === "error" ? "red" : "yellow", severity)} ${paint("bold", code)}${sqlState === undefined ? "" : ` ${sqlState}`}: ${indent(message, "  ").trimStart()}`,
    ...(where === "" ? [] : [`  at ${where}${place === "" ? "" : `, ${place}`}`]),
    ...rows.map((row) => `  row: ${rowInWords(row)}`),
    `  ${paint("green", action)}`,
  ].join("\n");
}

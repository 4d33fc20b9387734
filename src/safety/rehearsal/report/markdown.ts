import type { RehearsalFinding, RehearsalReport } from "../rehearsal-report.ts";
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
} from "./sections.ts";

/** The report as Markdown, for a pull request or a wiki. */
export function rehearsalMarkdown(report: RehearsalReport): string {
  const { findings, load, at, binding, source } = report;
  const production = productionOf(report);
  const notes = notesOf(report);
  return [
    `# Rehearsal of ${at.slice(0, 16).replace("T", " ")} UTC\n`,
    `**${escaped(verdictOf(report))}**\n`,
    `Copy: ${escaped(source.of)}. ${binding === null ? "" : `Bound to \`${binding.digest}\`, PostgreSQL ${binding.major}.`}\n`,
    ...(findings.length === 0 ? [] : ["## Findings\n", ...findings.map(findingText)]),
    tableText(stagesOf(report)),
    ...stepsOf(report).map(tableText),
    ...(production === undefined ? [] : [tableText(production)]),
    ...(load === null ? [] : [tableText(loadOf(load))]),
    ...(notes.length === 0 ? [] : ["## Notes\n", `${notes.map((note) => `- ${escaped(note)}`).join("\n")}\n`]),
  ].join("\n");
}

function findingText(finding: RehearsalFinding): string {
  const { severity, code, sqlState, message, rows = [], action } = finding;
  const where = stepInWords(finding);
  return [
    `- **${severity}** \`${code}\`${sqlState === undefined ? "" : ` (${sqlState})`}: ${escaped(message)}`,
    ...(where === "" ? [] : [`  - at ${escaped(where)}`]),
    ...rows.map((row) => `  - row: ${escaped(rowInWords(row))}`),
    `  - to do: ${escaped(action)}\n`,
  ].join("\n");
}

const tableText = ({ title, head, rows }: Section): string =>
  [`## ${title}\n`, line(head), line(head.map(() => "---")), ...rows.map((row) => line(row.map(escaped))), ""].join(
    "\n",
  );

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Names of the user's must not become markup. */
const escaped = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, " ")
    .replace(/[\\`*_{}[\]<>|#]/g, (one) => (one === "<" ? "&lt;" : one === ">" ? "&gt;" : `\\${one}`));

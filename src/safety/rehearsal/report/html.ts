import { bytesInWords } from "../../../effects/numbers-in-words.ts";
import { escapedHtml } from "../../html/escaped-html.ts";
import { htmlPage } from "../../html/html-page.ts";
import type { RehearsalFinding, RehearsalReport } from "../rehearsal-report.ts";
import { loadLines, stepBars } from "./charts.ts";
import {
  loadOf,
  notesOf,
  productionOf,
  rowInWords,
  type Section,
  stagesOf,
  stepInWords,
  stepsOf,
  timeInWords,
  verdictOf,
} from "./sections.ts";

/** The report as one file of HTML with charts, which needs nothing else and runs nothing. */
export function rehearsalHtml(report: RehearsalReport): string {
  const { held, findings, load, at, binding, source, steps } = report;
  const first = steps.filter(({ pass }) => pass === "run");
  const production = productionOf(report);
  const notes = notesOf(report);
  const title = `Rehearsal of ${at.slice(0, 16).replace("T", " ")} UTC`;
  return htmlPage({
    title,
    style: STYLE,
    body: `<p class="${held ? "held" : "failed"}">${escapedHtml(verdictOf(report))}</p>
<p>Copy: ${escapedHtml(source.of)}.${binding === null ? "" : ` Bound to <code>${escapedHtml(binding.digest)}</code>, PostgreSQL ${binding.major}.`}</p>
${findings.length === 0 ? "" : `<h2>Findings</h2><ul>${findings.map(findingItem).join("")}</ul>`}
${stepBars(first, { title: "Time of the steps (red: others are stopped)", sizeOf: ({ measured }) => measured.seconds ?? 0, inWords: timeInWords })}
${stepBars(first, { title: "WAL of the steps", sizeOf: ({ measured }) => measured.walBytes ?? 0, inWords: bytesInWords })}
${stepBars(first, { title: "Disk at the peak of the steps", sizeOf: ({ measured }) => measured.diskPeakBytes ?? 0, inWords: bytesInWords })}
${[stagesOf(report), ...stepsOf(report), ...(production === undefined ? [] : [production])].map(tableOf).join("\n")}
${load === null ? "" : `${tableOf(loadOf(load))}${loadLines(load)}`}
${notes.length === 0 ? "" : `<h2>Notes</h2><ul>${notes.map((note) => `<li>${escapedHtml(note)}</li>`).join("")}</ul>`}`,
  });
}

const STYLE = `
.held, .failed { padding: 0.6rem 0.8rem; border-left: 6px solid #2a8a4a; font-weight: 600; }
.failed { border-color: #c0392b; }
li.error > b { color: #c0392b; }
svg { width: 100%; max-width: 45rem; font: 12px system-ui, sans-serif; }
svg text { fill: currentColor; }
svg .bar { fill: #3b7dd8; }
svg .stops { fill: #c0392b; }
svg .line { fill: none; stroke-width: 1.5; stroke: #3b7dd8; }
svg .line1 { stroke: #c0392b; }
svg .line2 { stroke: #2a8a4a; }
svg .line3 { stroke: #b8860b; }
`;

function findingItem(finding: RehearsalFinding): string {
  const { severity, code, sqlState, message, rows = [], action } = finding;
  const where = stepInWords(finding);
  const parts = [
    ...(where === "" ? [] : [`at ${where}`]),
    ...rows.map((row) => `row: ${rowInWords(row)}`),
    `to do: ${action}`,
  ];
  return `<li class="${severity}"><b>${severity}</b> <code>${escapedHtml(code)}</code>${sqlState === undefined ? "" : ` (${escapedHtml(sqlState)})`}: ${escapedHtml(message)}<ul>${parts.map((part) => `<li>${escapedHtml(part)}</li>`).join("")}</ul></li>`;
}

const tableOf = ({ title, head, rows }: Section): string =>
  `<h2>${escapedHtml(title)}</h2><table><thead><tr>${head.map((cell) => `<th>${escapedHtml(cell)}</th>`).join("")}</tr></thead><tbody>${rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escapedHtml(cell)}</td>`).join("")}</tr>`)
    .join("")}</tbody></table>`;

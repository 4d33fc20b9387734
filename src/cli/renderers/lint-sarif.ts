import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Severity } from "../../hazards/finding.ts";
import { isUnreadable, type LintReport } from "../../hazards/lint-report.ts";
import { RULES } from "../../hazards/rules.ts";

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** SARIF 2.1.0, as code scanning services take it; what cannot be read stands among the notifications of the tool. */
export function lintSarif({ findings, unchecked }: LintReport, version: string): object {
  const used = RULES.filter(({ id }) => findings.some(({ rule }) => rule === id));
  const isRead = !unchecked.some(isUnreadable);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "lockkeeper",
            semanticVersion: version,
            rules: used.map(({ id, severity, summary, explanation, group }) => ({
              id,
              name: id.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
              shortDescription: { text: summary },
              fullDescription: { text: explanation },
              help: { text: explanation },
              defaultConfiguration: { level: LEVELS[severity] },
              properties: { tags: [group] },
            })),
          },
        },
        columnKind: "unicodeCodePoints",
        results: findings.map(({ rule, severity, file, line, column, relation, message, fix }) => ({
          ruleId: rule,
          ruleIndex: used.findIndex(({ id }) => id === rule),
          level: LEVELS[severity],
          message: { text: fix === undefined ? message : `${message}\n\nSafe form:\n${fix}` },
          locations: [
            {
              ...location(file, line, column),
              ...(relation === undefined
                ? {}
                : { logicalLocations: [{ fullyQualifiedName: relation, kind: "table" }] }),
            },
          ],
        })),
        invocations: [
          {
            executionSuccessful: isRead,
            toolExecutionNotifications: unchecked.map((one) => ({
              level: isUnreadable(one) ? "error" : "note",
              message: { text: one.reason },
              locations: [location(one.file, one.line, one.column)],
            })),
          },
        ],
      },
    ],
  };
}

const location = (file: string, line: number, column: number): { readonly physicalLocation: object } => ({
  physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } },
});

const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");

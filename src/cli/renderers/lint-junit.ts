import { isUnreadable, type LintReport } from "../../hazards/lint-report.ts";
import { escapedXml as escaped } from "./xml.ts";

/**
 * A test case a file: failed by findings of severity error and by what cannot be read; others stand in its output. Jenkins
 * shows the first failure of a case and GitLab the text of one, so there is one with everything in its text.
 */
export function lintJunit({ findings, unchecked }: LintReport, files: readonly string[]): string {
  const names = [...new Set(files)];
  const cases = names.map((file) => {
    const found = findings.filter((one) => one.file === file);
    const errors: readonly Failure[] = [
      ...found.filter(({ severity }) => severity === "error").map((one) => ({ ...one, type: one.rule })),
      ...unchecked
        .filter((one) => one.file === file && isUnreadable(one))
        .map((one) => ({ ...one, type: one.kind, message: one.reason })),
    ];
    const others = found
      .filter(({ severity }) => severity !== "error")
      .map(({ rule, severity, line, column, message }) => `${file}:${line}:${column}: ${severity} ${rule}: ${message}`);
    const output = others.length === 0 ? "" : `\n      <system-out>${escaped(others.join("\n"))}</system-out>`;
    const inside = `${failure(file, errors)}${output}`;
    const head = `    <testcase name="${escaped(file)}" classname="lockkeeper.lint"`;
    return { failures: errors.length, text: inside === "" ? `${head}/>` : `${head}>${inside}\n    </testcase>` };
  });
  const failed = cases.filter(({ failures }) => failures > 0).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${cases.length}" failures="${failed}">`,
    `  <testsuite name="lockkeeper lint" tests="${cases.length}" failures="${failed}" errors="0" skipped="0">`,
    ...cases.map(({ text }) => text),
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

interface Failure {
  readonly type: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix?: string;
}

function failure(file: string, errors: readonly Failure[]): string {
  const [first] = errors;
  if (first === undefined) return "";
  const message = errors.length === 1 ? first.message : `${first.message}, and ${errors.length - 1} more`;
  const text = errors
    .map(({ type, line, column, message: what, fix }) =>
      [`${file}:${line}:${column}: ${type}: ${what}`, ...(fix === undefined ? [] : ["safe form:", fix])].join("\n"),
    )
    .join("\n\n");
  return `\n      <failure type="${escaped(first.type)}" message="${escaped(message)}">${escaped(text)}</failure>`;
}

import { isUnreadable, type LintReport } from "../../hazards/lint-report.ts";

/** A test case a file: failed by findings of severity error and by what cannot be read; others stand in its output. */
export function lintJunit({ findings, unchecked }: LintReport, files: readonly string[]): string {
  const names = [...new Set(files)];
  const cases = names.map((file) => {
    const found = findings.filter((one) => one.file === file);
    const unread = unchecked.filter((one) => one.file === file && isUnreadable(one));
    const failures = [
      ...found
        .filter(({ severity }) => severity === "error")
        .map(({ rule, line, column, message, fix }) => failure(rule, `${file}:${line}:${column}: ${message}`, fix)),
      ...unread.map(({ kind, line, column, reason }) =>
        failure(kind, `${file}:${line}:${column}: ${reason}`, undefined),
      ),
    ];
    const others = found
      .filter(({ severity }) => severity !== "error")
      .map(({ rule, severity, line, column, message }) => `${file}:${line}:${column}: ${severity} ${rule}: ${message}`);
    const output = others.length === 0 ? "" : `\n      <system-out>${escaped(others.join("\n"))}</system-out>`;
    const inside = `${failures.join("")}${output}`;
    const head = `    <testcase name="${escaped(file)}" classname="lockkeeper.lint"`;
    return { failures: failures.length, text: inside === "" ? `${head}/>` : `${head}>${inside}\n    </testcase>` };
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

const failure = (type: string, message: string, fix: string | undefined): string =>
  `\n      <failure type="${escaped(type)}" message="${escaped(message)}">${escaped(fix ?? message)}</failure>`;

/** XML 1.0 has no way to write most control characters. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

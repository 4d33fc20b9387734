import { hash } from "node:crypto";
import type { Severity } from "../../hazards/finding.ts";
import { isUnreadable, type LintReport } from "../../hazards/lint-report.ts";

const SEVERITIES: Readonly<Record<Severity, string>> = { error: "critical", warning: "minor", info: "info" };

interface CodeQualityIssue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

/** GitLab's code quality report. The fingerprint leaves the line out, so that a finding that moves stays the same. */
export function lintGitlab({ findings, unchecked }: LintReport): readonly CodeQualityIssue[] {
  const seen = new Map<string, number>();
  const issue = (rule: string, severity: string, file: string, line: number, description: string): CodeQualityIssue => {
    const what = `${file}\0${rule}\0${description}`;
    const before = seen.get(what) ?? 0;
    seen.set(what, before + 1);
    return {
      description,
      check_name: rule,
      fingerprint: hash("sha256", `${what}\0${before}`),
      severity,
      location: { path: file, lines: { begin: line } },
    };
  };
  return [
    ...findings.map(({ rule, severity, file, line, message }) =>
      issue(rule, SEVERITIES[severity], file, line, message),
    ),
    ...unchecked.map((one) => issue(one.kind, isUnreadable(one) ? "blocker" : "info", one.file, one.line, one.reason)),
  ];
}

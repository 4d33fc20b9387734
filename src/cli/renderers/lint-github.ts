import type { Severity } from "../../hazards/finding.ts";
import { isUnreadable, type LintReport } from "../../hazards/lint-report.ts";

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/** Workflow commands, which GitHub shows beside the lines of a pull request. */
export function lintGithub({ findings, unchecked }: LintReport): string {
  return [
    ...findings.map(({ rule, severity, file, line, column, message, fix }) =>
      command(
        COMMANDS[severity],
        { file, line, column, title: rule },
        fix === undefined ? message : `${message}\n\n${fix}`,
      ),
    ),
    ...unchecked.map((one) => command(isUnreadable(one) ? "error" : "notice", { ...one, title: one.kind }, one.reason)),
  ].join("\n");
}

interface Properties {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly title: string;
}

const command = (name: string, { file, line, column, title }: Properties, message: string): string =>
  `::${name} file=${property(file)},line=${line},col=${column},title=${property(title)}::${data(message)}`;

const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

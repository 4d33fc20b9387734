import { type FileReport, type Finding, SEVERITIES, type Severity, type Unchecked } from "./finding.ts";

/** What was found in all files. */
export interface LintReport {
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
  readonly statements: number;
}

/** Reports of files as one, in the order of the files. */
export const joinReports = (reports: readonly FileReport[]): LintReport => ({
  findings: reports.flatMap(({ findings }) => findings),
  unchecked: reports.flatMap(({ unchecked }) => unchecked),
  statements: reports.reduce((sum, { statements }) => sum + statements, 0),
});

/** Without what is milder. */
export const atLeast = (findings: readonly Finding[], least: Severity): readonly Finding[] =>
  findings.filter(({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least));

/** What somebody meant to be run and nobody could read. */
export const isUnreadable = ({ kind }: Unchecked): boolean => UNREADABLE.has(kind);

const UNREADABLE: ReadonlySet<Unchecked["kind"]> = new Set(["syntax", "directive", "failure"]);

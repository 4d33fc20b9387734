/** Mildest first. */
export const SEVERITIES = ["info", "warning", "error"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** A hazard at its place. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** As it was named to the linter. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** `schema.name` as far as it is known, unquoted. */
  readonly relation?: string;
  /** What happens, in words, with numbers where sizes are known. */
  readonly message: string;
  /** The safe form as SQL. */
  readonly fix?: string;
}

/** What could not be judged. */
export interface Unchecked {
  /**
   * `syntax`: PostgreSQL's grammar refuses it; `directive`: a `-- lockkeeper:` line that nobody can obey; `file`: not
   * SQL; `dynamic`: SQL that is made when it runs; `effects`: something the statement does that the catalog does not
   * tell; `failure`: Lockkeeper itself failed on the statement.
   */
  readonly kind: "syntax" | "directive" | "file" | "dynamic" | "effects" | "failure";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

/** What was found in one file. */
export interface FileReport {
  readonly findings: readonly Finding[];
  readonly unchecked: readonly Unchecked[];
  readonly statements: number;
}

/** Order of a report: by place, the gravest first. */
export const byPlace = (a: Finding, b: Finding): number =>
  a.line - b.line ||
  a.column - b.column ||
  SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) ||
  (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);

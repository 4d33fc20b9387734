import type { WrittenName } from "../catalog/state/relation.ts";
import type { NodeTag } from "../sql/parse-statement.ts";
import type { Subcommand } from "./alterations.ts";
import type { FileContext, Part, StatementContext } from "./context.ts";
import type { Severity } from "./finding.ts";

export type RuleGroup =
  | "blocking work"
  | "short but dangerous locks"
  | "transaction shape"
  | "data loss"
  | "breaks running clients"
  | "may fail on data"
  | "design";

/** What a rule has to say about a statement. */
export interface Hazard {
  readonly message: string;
  readonly relation?: WrittenName | undefined;
  /** Offset in the statement's text (UTF-16 units); the part's own place when absent. */
  readonly at?: number | undefined;
  readonly fix?: string | undefined;
}

/** A hazard of a file at its end, at a place of its own. */
export interface FileHazard extends Omit<Hazard, "at"> {
  readonly line: number;
  readonly column: number;
}

/** SQL that shows a rule, on the page of the rule and in its test. */
export interface Example {
  readonly sql: string;
  /** What was there before. */
  readonly setup?: string;
  /** Line of `sql` on which the finding stands; 1 when absent. */
  readonly line?: number;
  /** How the file is run; each statement on its own when absent. */
  readonly wrapping?: Wrapping;
  readonly insertedBefore?: string;
  /** Major version of the server. */
  readonly major?: number;
  /** Minor version, where it matters. */
  readonly minor?: number;
}

/**
 * Who opens transactions: `own`: Lockkeeper's runner, which cuts a file where it must and waits for locks with a short
 * timeout; `tool`: another tool, around each file; `none`: each statement commits on its own unless the file says BEGIN.
 */
export type Wrapping = "own" | "tool" | "none";

/** A kind of statements, or for `check` a subcommand of ALTER TABLE: most rules are about one of its sixty alone. */
export type Subject = NodeTag | Subcommand;

export interface Rule {
  readonly id: string;
  readonly group: RuleGroup;
  readonly severity: Severity;
  /** The severity where Lockkeeper runs the statement and has a form for it that takes the hazard away. */
  readonly online?: Severity;
  /** What it looks at; everything when absent. */
  readonly on?: readonly Subject[];
  /** What it catches, one line. */
  readonly summary: string;
  /** Why it is a hazard and what to do instead. */
  readonly explanation: string;
  /** First and last major version to which it applies. */
  readonly since?: number;
  readonly until?: number;
  /** Off unless the configuration gives it a severity: a matter of taste, or of how clients connect. */
  readonly optIn?: true;
  readonly bad: readonly [Example, ...Example[]];
  readonly good: readonly [Example, ...Example[]];
  /** Judges each statement, and each subcommand of an ALTER TABLE on its own. */
  readonly check?: (part: Part) => Iterable<Hazard>;
  /** Judges a statement as a whole. */
  readonly checkStatement?: (context: StatementContext) => Iterable<Hazard>;
  /** Judges a file after its last statement. */
  readonly checkFile?: (file: FileContext) => Iterable<FileHazard>;
}

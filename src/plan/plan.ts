import type { Effect } from "../effects/effect.ts";
import type { TypedStep } from "../migrations/typed-step.ts";
import type { Phase } from "../online/phase.ts";
import type { Leftover } from "../online/piece.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";

/** Where a step came from. Lines and columns count from 1. */
export interface StepPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type { Leftover, Phase };

/**
 * How one statement is taken back. The runner resolves the items of a statement, in the statement's own transaction
 * and before the statement runs, into SQL text that is stored in the journal:
 *
 * - `sql`: the text itself;
 * - `capture`: a query that reads the catalog as it stands before the statement and returns one text column, one row
 *   for each undo statement (none where nothing is to be done). A row that begins with `--refused: ` says, in what
 *   follows, why the catalog as it stands leaves no certain inverse: the statement then counts as refused;
 * - `around`: text before and behind the name of the schema in which `schemaOf` (a relation's name as written) lies, or
 *   in which new objects are made when `schemaOf` is null. It is the most frequent capture, and needs no query of its own;
 * - `refused`: the inverse is not certain; the text says why.
 *
 * Items are executed in the order given; statements are taken back last first.
 */
export type UndoItem =
  | { readonly sql: string }
  | { readonly capture: string }
  | { readonly around: readonly [before: string, behind: string]; readonly schemaOf: string | null }
  | { readonly refused: string };

export interface PlannedStatement {
  readonly sql: string;
  readonly at: StepPlace;
  /** Parser node name, such as `CreateStmt`. */
  readonly tag: string;
  readonly undo: readonly UndoItem[];
  /** What the author wrote, when the planner put this in its place, alone or with others. */
  readonly insteadOf?: string;
  /** The statements of which `insteadOf` is made, where they are several. */
  readonly insteadOfEach?: readonly { readonly sql: string; readonly line: number; readonly column: number }[];
  /** What it makes goes with what another piece of the same statement makes: it is taken back behind that, where it is left. */
  readonly goesAlong?: boolean;
  /** What it was expected to do to relations that others use; absent when no catalog was at hand. */
  readonly effects?: readonly Effect[];
  /** Data of `COPY … FROM stdin`. */
  readonly copyData?: string;
  /** Part of a trial that is rolled back to its savepoint: it leaves nothing behind, and removes nothing. */
  readonly isTrial?: boolean;
  /** In `contract`: what it removes, by which it is found again. */
  readonly leftover?: Leftover;
  /** What it is to remove with `IF EXISTS` and what is not there. */
  readonly absent?: readonly RemovedObject[];
  /** What is otherwise than as the author wrote it, and for whom that matters: whole sentences. */
  readonly notes?: readonly string[];
}

/** A relation, a column of one, or a schema. A name without a schema may mean any of that name. */
export interface RemovedObject {
  readonly kind: "relation" | "schema";
  readonly names: readonly string[];
  readonly column?: string;
}

interface StepCommon {
  readonly phase: Phase;
  /** A short name of the step for people, such as `CREATE INDEX CONCURRENTLY orders_at_idx`. */
  readonly title: string;
  readonly at: StepPlace;
  /** `SET LOCAL …` statements in force at this place of the file. */
  readonly settings: readonly string[];
}

/** Statements that commit together with their journal row: exactly once. */
export interface DdlStep extends StepCommon {
  readonly kind: "ddl";
  readonly statements: readonly PlannedStatement[];
  /** It touches nothing that others use, so it may be sent to the server together with its neighbours. */
  readonly isQuiet?: boolean;
}

/** A statement that PostgreSQL refuses inside a transaction block. */
export interface ConcurrentStep extends StepCommon {
  readonly kind: "concurrent";
  readonly statement: PlannedStatement;
  readonly probe: Probe;
}

/** A function of a TypeScript migration, run in one transaction with its journal row. */
export interface ScriptStep extends StepCommon {
  readonly kind: "script";
  /** Key in the migration's `scripts`. */
  readonly script: string;
  readonly undo: readonly UndoItem[];
}

/** A pass over the rows of a table in batches, each of which commits together with its cursor. */
export interface SweepStep extends StepCommon {
  readonly kind: "sweep";
  /** One statement with the same outcome. */
  readonly statement: PlannedStatement;
  readonly sweep: SweepSpec;
}

export type Step = DdlStep | ConcurrentStep | SweepStep | ScriptStep;

/**
 * How the runner learns whether a non-transactional statement is done, half done or not done, and mends the half.
 * Names are as written in the statement (schema undefined when unqualified).
 */
export type Probe =
  | {
      readonly kind: "create-index";
      readonly index: QualifiedName;
      readonly table: QualifiedName;
      readonly ifNotExists: boolean;
      /** The statement as written, where it leaves the name to PostgreSQL, and the names that PostgreSQL would try. */
      readonly unnamed?: { readonly sql: string; readonly names: readonly string[] };
    }
  | { readonly kind: "drop-index"; readonly index: QualifiedName; readonly ifExists: boolean }
  | {
      readonly kind: "reindex";
      readonly target: "index" | "table" | "schema" | "database";
      readonly name: QualifiedName | undefined;
    }
  | { readonly kind: "detach-partition"; readonly parent: QualifiedName; readonly partition: QualifiedName }
  | { readonly kind: "create-database"; readonly name: string }
  | { readonly kind: "drop-database"; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: "create-tablespace"; readonly name: string }
  | { readonly kind: "drop-tablespace"; readonly name: string; readonly ifExists: boolean }
  | { readonly kind: "create-subscription"; readonly name: string }
  | { readonly kind: "drop-subscription"; readonly name: string; readonly ifExists: boolean }
  /** Doing it again is harmless: VACUUM, ALTER SYSTEM, CLUSTER, REINDEX of a whole database. */
  | { readonly kind: "repeatable" }
  /** Nothing can tell: an interrupted step parks its run. */
  | { readonly kind: "none" };

export interface QualifiedName {
  readonly schema?: string;
  readonly name: string;
}

/** A piece of a migration as its author wrote it, before it is compiled into steps. */
export type AuthoredStep =
  | { readonly kind: "sql"; readonly text: string; readonly file: string; readonly firstLine: number }
  | { readonly kind: "script"; readonly script: string; readonly file: string };

/** A step that says what is to be, and not by which statements. */
export interface AuthoredTyped {
  readonly kind: "typed";
  readonly step: TypedStep;
  /** With the number of the step. */
  readonly file: string;
}

/** `contract`: removes what going up left standing for those who still used it. */
export type Direction = "up" | "down" | "contract";

/** The only thing the runner executes: plain data, stored in the journal before the first step. */
export interface Plan {
  readonly format: 1;
  readonly migration: string;
  readonly direction: Direction;
  /** sha256 of the migration's text with line ends normalised, hex. */
  readonly checksum: string;
  readonly steps: readonly Step[];
  /** What is left to do once nobody uses what the migration took away, by `lockkeeper contract`. */
  readonly contract?: readonly Step[];
  /** Everything ran as it was written, and is taken back so (`mode direct`). */
  readonly mode?: "direct";
  /** The author's way back; without it the undo is derived from the steps. Stored so that an older release can use it. */
  readonly authoredUndo?: readonly AuthoredStep[];
  /** Migration whose older applications are no longer served once this plan is done (`contract` directive). */
  readonly raisesFloorTo?: string;
}

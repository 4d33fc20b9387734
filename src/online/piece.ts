import type { QualifiedName } from "../catalog/model/names.ts";
import type { LineAndColumn } from "../sql/source-map.ts";
import type { Filling } from "./fill/fill.ts";
import type { Filler } from "./fill/fill-trigger.ts";
import type { Phase } from "./phase.ts";
import type { SweepSpec } from "./sweep-spec.ts";

/** One statement of an online form. */
export interface Piece {
  /** Without a semicolon. */
  readonly sql: string;
  readonly phase: Phase;
  /**
   * `brief`: may share its transaction with brief neighbours; `alone`: works long under a weak lock, so nothing else
   * may be held meanwhile. What PostgreSQL refuses inside a transaction is known by its text.
   */
  readonly transaction: "brief" | "alone";
  /** For how long it works on rows that others use; absent where it works on none. */
  readonly seconds?: number;
  /** True: it goes with what another piece makes, and needs no way back of its own. */
  readonly goesAlong?: boolean;
  /** True: in the transaction of the piece in front of it. */
  readonly joins?: boolean;
  /** True: part of a trial, which is rolled back to its savepoint: it leaves nothing behind. */
  readonly isTrial?: boolean;
  /** In the phase contract: what it removes, by which it is found again when the time has come. */
  readonly leftover?: Leftover;
  /** It is done a few rows at a time; `sql` is one statement with the same outcome. */
  readonly sweep?: SweepSpec;
  /** The trigger of which it is a part: those of one table become one. */
  readonly filler?: Filler;
  /** What its sweep gives values to: those of one table become one sweep. */
  readonly filling?: Filling;
  /** It comes before the other pieces of its statement. */
  readonly isFirst?: boolean;
  /** It may be done before everything else of the file, under the settings that it finds here. */
  readonly isEarly?: boolean;
  /** The part of the file that it comes of, where that is not the statement. */
  readonly from?: LineAndColumn & { readonly text: string };
  /** How it is taken back, in this order; absent: as its text says by itself. */
  readonly back?: readonly WayBack[];
  /** What is otherwise than as the author wrote it, and for whom that matters: whole sentences. */
  readonly notes?: readonly string[];
}

/** A statement, or why there is none that is certain. */
export type WayBack = { readonly sql: string } | { readonly refused: string };

/** What a plan leaves standing until `contract`. */
export type Leftover =
  /** The schema in which a dropped table is kept. */
  | { readonly kind: "schema"; readonly name: string }
  /** A dropped column under its hidden name, which no other column of the database has. */
  | { readonly kind: "column"; readonly name: string }
  /** The view that bears a table's old name, with the comment by which it is told from others. */
  | { readonly kind: "view"; readonly schema: string; readonly name: string; readonly comment: string }
  /** A trigger that keeps a column current, with its function, by which it is told from one that somebody made since. */
  | { readonly kind: "trigger"; readonly name: string; readonly table: QualifiedName; readonly function: QualifiedName }
  /** A column that bears an old name, of the table that has such a trigger. */
  | {
      readonly kind: "second column";
      readonly name: string;
      readonly trigger: string;
      readonly table: QualifiedName;
      readonly function: QualifiedName;
    }
  /** An index under a name that nothing else has. */
  | { readonly kind: "index"; readonly schema: string; readonly name: string }
  /** What dropped columns and tables needed, of one kind as DROP calls it, under names that nothing else of it has. */
  | { readonly kind: "dropped"; readonly what: string; readonly names: readonly string[] }
  /** The same under its own name: the statement asks itself whether it is there. */
  | { readonly kind: "named"; readonly sql: string }
  /** A function without arguments, of such a trigger. */
  | { readonly kind: "function"; readonly schema: string; readonly name: string };

/** What rows would have to be gone over for, a few at a time. */
export interface SweepNeed {
  readonly table: QualifiedName;
  /** The columns that get values; empty where whole rows are at stake. */
  readonly columns: readonly string[];
  /**
   * `fill`: a new column gets its value in every row; `require`: nothing says what a required column holds; `retype`: a
   * column gets values of another type; `change`: the statement itself changes or removes rows; `rebuild`: the table is
   * written again, because its place or its order changes.
   */
  readonly work: "fill" | "require" | "retype" | "change" | "rebuild";
}

/** How a statement is brought live. */
export type OnlineForm =
  /** Nothing about it stops traffic for long. */
  | { readonly kind: "as written" }
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[] }
  /** No form is known that keeps traffic going. */
  | { readonly kind: "refused"; readonly reason: string; readonly instead?: string }
  /** Rows must move, which no statement does without stopping others. */
  | { readonly kind: "sweep"; readonly need: SweepNeed; readonly reason: string; readonly instead?: string };

export const AS_WRITTEN: OnlineForm = { kind: "as written" };

export const brief = (sql: string, phase: Phase = "expand"): Piece => ({ sql, phase, transaction: "brief" });

export const alone = (sql: string, phase: Phase): Piece => ({ sql, phase, transaction: "alone" });

export const along = (piece: Piece): Piece => ({ ...piece, goesAlong: true });

export const joined = (piece: Piece): Piece => ({ ...piece, joins: true });

export const later = (sql: string, leftover: Leftover): Piece => ({ ...brief(sql, "contract"), leftover });

/**
 * Tries statements and rolls them back: what would make them fail fails here, with the server's own words, before
 * anything is changed.
 */
export const trial = (...tried: readonly string[]): readonly Piece[] => {
  const savepoint = "lockkeeper_trial";
  return [
    `SAVEPOINT ${savepoint}`,
    ...tried,
    `ROLLBACK TO SAVEPOINT ${savepoint}`,
    `RELEASE SAVEPOINT ${savepoint}`,
  ].map((one, index) => ({ ...brief(one), isTrial: true, ...(index === 0 ? {} : { joins: true }) }));
};

export const pieces = (...all: readonly Piece[]): OnlineForm => ({ kind: "pieces", pieces: all });

/** What to do where SQL of what is there is needed that PostgreSQL has not written yet. */
export const RUN_FIRST =
  "run what comes before it first (`lockkeeper up --to ID`; what stands in the same file, in a migration of its own)";

/** Within one file there is no contract. */
export const AFTER_CONTRACT =
  "call `lockkeeper contract` first (what stands in the same file, goes into a migration of its own)";

export const refused = (reason: string, instead?: string): OnlineForm => ({
  kind: "refused",
  reason,
  ...(instead === undefined ? {} : { instead }),
});

export const sweep = (need: SweepNeed, reason: string, instead?: string): OnlineForm => ({
  kind: "sweep",
  need,
  reason,
  ...(instead === undefined ? {} : { instead }),
});

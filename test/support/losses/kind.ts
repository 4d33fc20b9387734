import type { Dice } from "./dice.ts";
import type { Shape, Side } from "./shape.ts";
import type { Phase } from "./timeline.ts";

/** A kind of change, as data: the database it finds, and how each committed write must look behind it. */
export interface Kind {
  readonly name: string;
  /** First and last server major that it is for. */
  readonly since?: number;
  readonly until?: number;
  /**
   * Makes the tables and their first rows. Each modelled table has `uid text` (unique, never changed), `ver int` (0 in
   * the beginning, one more with each write) and a numeric key `id`.
   */
  readonly given: (rows: number) => string;
  /** SQL, the text of a TypeScript migration (`export default …`), or its steps. */
  readonly migration: string | { readonly steps: readonly unknown[] };
  readonly wayBack?: string;
  /** False: what it does to rows cannot be taken back. */
  readonly goesBack: boolean;
  /** True: it is not made again once it was taken back. */
  readonly endsBack?: boolean;
  /** True: PostgreSQL empties the table when it crashes, which is what the author asked for. */
  readonly emptiedByCrash?: boolean;
  readonly tables: readonly [ModelledTable, ...ModelledTable[]];
  /** SQLSTATEs that the plain statement would bring clients too, with the reason. */
  readonly allowed?: Readonly<Record<string, string>>;
  /** Queries for rows that are not as they should be once the change is there. */
  readonly wrong?: readonly string[];
}

export interface ModelledTable {
  readonly name: string;
  /** What the migration calls it; both names work until `contract`. */
  readonly renamed?: string;
  /** True: clients write keys beyond the old type once `contract` has run. */
  readonly keyGrows?: boolean;
  readonly columns: readonly ModelledColumn[];
  /** Absent: clients of before and behind the change write the same columns, but for their names. */
  readonly shapes?: Readonly<Record<Side, Shape>>;
  readonly derived?: readonly DerivedColumn[];
  /** Rows that the migration removes, by their values. */
  readonly removes?: (values: Readonly<Record<string, string | null>>) => boolean;
}

/** A column that clients write. */
export type ModelledColumn = ValueColumn | ReferringColumn;

export interface ValueColumn {
  readonly name: string;
  /** What the migration calls it; both names work until `contract`. */
  readonly renamed?: string;
  readonly refers?: never;
  /** What a client writes, as text, before and behind the change. */
  readonly draw: (dice: Dice, phase: Phase) => string | null;
  /** How a value reads in the column's type of now, written when the column had the type `as`; absent: as written. */
  readonly shown?: (text: string, as: string, now: string) => string;
  /** What the migration's own UPDATE makes of a value; it is done once. */
  readonly swept?: (text: string | null) => string | null;
}

/** It holds the key of a row of another table, with which the row goes. */
interface ReferringColumn {
  readonly name: string;
  readonly refers: string;
  readonly renamed?: never;
  readonly swept?: never;
}

/** A column that the migration adds. */
export interface DerivedColumn {
  readonly name: string;
  /** It is worked out from a value that the row has, or had when it was filled. */
  readonly from?: { readonly column: string; readonly value: (text: string | null) => string | null };
  readonly unique?: boolean;
  /** It is nobody's but the default's: what a row has once, it keeps. */
  readonly steady?: boolean;
  /** What releases behind the change write into it when they insert; without it they must not after `contract`. */
  readonly draw?: (dice: Dice) => string;
}

/** The kinds that servers of this major can run. */
export const kindsOn = (major: number, kinds: readonly Kind[]): readonly Kind[] =>
  kinds.filter(({ since = 0, until = 99 }) => since <= major && major <= until);

import type { QualifiedName } from "../catalog/model/names.ts";

/** A pass over the rows of one table, a few at a time: plain data. */
export interface SweepSpec {
  /** With its schema, as it is called when the sweep runs. A partitioned table stands for all partitions below it. */
  readonly table: QualifiedName;
  /** Without the tables that inherit from it, which are gone over as well otherwise. */
  readonly only?: boolean;
  readonly action: SweepAction;
  /**
   * The name by which the SQL below may call the table, beside the bare names of its columns; absent: its own name,
   * also where the rows of its partitions are worked on.
   */
  readonly alias?: string;
  /**
   * SQL condition on the table's columns (by their bare names) that holds for rows on which the action is to be done;
   * absent: on all.
   */
  readonly where?: string;
  /**
   * SQL condition that holds for rows that are not as they should be in the end; the verification counts them, and
   * none must be left. Absent: there is nothing to verify.
   */
  readonly left?: string;
  /** True: no row is expected to be `left`; the first pass is a verification, and does the action where one is. */
  readonly verifiesFirst?: boolean;
  /**
   * True: others may go on writing rows for which `left` holds. Those that are there when the last repair begins are
   * done; what is left then is theirs, and is told instead of failing.
   */
  readonly othersMayLeave?: boolean;
  /**
   * `again`: a row that is visited twice is as if visited once, so a row that moves in the table may be met again.
   * `once`: every row may be visited only once, which takes ranges of a key whose values stay.
   */
  readonly visits: "again" | "once";
  /** For `once`: the columns of a unique key that are never null and that the action leaves as they are. */
  readonly key?: readonly string[];
  /**
   * For `once`: the trigger on the table that notes rows whose keys others change, by its name. Rows that are moved so
   * are visited once too.
   */
  readonly moved?: string;
  /** True: no two batches at a time, whatever the number of workers. */
  readonly oneAtATime?: boolean;
  /** What becomes of the triggers that users made on the table, for the rows that the sweep writes. */
  readonly triggers: "fire" | "skip";
  /**
   * True: what it writes counts as written by an application, so that triggers of ours fire for it too, which keep two
   * columns or tables the same.
   */
  readonly isAuthors?: boolean;
}

export type SweepAction =
  /** Assignment list of an UPDATE: `total_new = total::bigint`; `from`: what stands behind FROM, joined by `where`. */
  | {
      readonly kind: "update";
      readonly set: string;
      readonly from?: string;
      /** Rows may come to lie in other partitions. */
      readonly moves?: boolean;
    }
  /**
   * `using`: what stands behind USING, joined by `where`. `into`: the statement around the DELETE, which puts the removed
   * rows into another table.
   */
  | {
      readonly kind: "delete";
      readonly using?: string;
      readonly into?: { readonly before: string; readonly behind: string };
    }
  /** INSERT into another table: columns, and the expressions on this table's columns that give their values. */
  | {
      readonly kind: "copy";
      readonly into: QualifiedName;
      readonly columns: readonly string[];
      readonly select: readonly string[];
      /** Text behind the SELECT, such as `ON CONFLICT (id) DO NOTHING`. */
      readonly onConflict?: string;
    }
  /** A function of the migration's file says what the columns hold; `batch`: what the step is called there. */
  | { readonly kind: "callback"; readonly columns: readonly string[]; readonly batch: string }
  /** Nothing is changed; only `left` is counted. */
  | { readonly kind: "check" };

import type { QualifiedName } from "../catalog/model/names.ts";
import type { Blocks, LockMode } from "./lock-mode.ts";

/**
 * What the server does to a relation while the statement holds its lock:
 *
 * - `scan`: reads every row, mostly to verify it (SET NOT NULL, ADD CHECK, ATTACH PARTITION);
 * - `validate`: proves a constraint of rows that are there already (VALIDATE CONSTRAINT, ADD FOREIGN KEY);
 * - `index-build`: reads every row and makes an index that was not there;
 * - `index-rebuild`: makes indexes that are there again, without writing the table;
 * - `rewrite`: writes the whole table again, and all of its indexes.
 */
export type Work = "none" | "scan" | "validate" | "index-build" | "index-rebuild" | "rewrite";

/** Heaviest last. */
export const WORKS: readonly Work[] = ["none", "scan", "validate", "index-build", "index-rebuild", "rewrite"];

export type RelationKind =
  | "table"
  | "partitioned table"
  | "foreign table"
  | "index"
  | "sequence"
  | "view"
  | "materialized view"
  | "composite type";

/** Why a relation is touched. */
export type Role =
  /** Named in the statement, and what it is about. */
  | "target"
  /** Referred to by a foreign key of the target. */
  | "referenced"
  /** Refers to the target by a foreign key. */
  | "referencing"
  | "partition"
  | "parent"
  /** Inherits from the target. */
  | "child"
  /** An index of a table that is touched. */
  | "index"
  /** A sequence that belongs to a column. */
  | "sequence"
  /** Uses a type or a domain that the statement changes. */
  | "user of the type"
  /** Dropped or changed because it depends on the target. */
  | "dependent"
  /** Read by the statement. */
  | "source";

/** A way in which rows that are there already can make the statement fail. */
export interface MayFail {
  /** SQLSTATE, such as 23502. */
  readonly sqlState: string;
  /** What fails, for people: `a row of public.orders has no total`. */
  readonly reason: string;
  /** Returns offending rows, at most a few; none when the statement cannot fail in this way. Absent where SQL cannot tell. */
  readonly query?: string;
}

/** What one statement does to one relation. */
export interface Effect {
  readonly relation: QualifiedName;
  readonly kind: RelationKind;
  /** Of an index: its table. */
  readonly on?: QualifiedName;
  /**
   * Of an index: what others feel of the lock. Harder it is locked only when nobody uses it any more. Of a partition: what
   * those feel who come by the parent; harder it is locked only when it is no partition any more.
   */
  readonly felt?: LockMode;
  readonly role: Role;
  /** The strongest that the statement takes on the relation itself. */
  readonly lock: LockMode;
  /**
   * What other sessions cannot do to the relation while the statement runs. Wider than what `lock` alone keeps out
   * where an index or a partition is locked harder: the planner of a SELECT opens every index.
   */
  readonly blocks: Blocks;
  /** The heaviest of `works`; what is done to an index is work of its table, where the statement locks that too. */
  readonly work: Work;
  /** All of it, lightest first; empty for none. */
  readonly works: readonly Exclude<Work, "none">[];
  /** Rows that are read, written or built into an index; undefined when the size is not known. */
  readonly rows?: number;
  /** Bytes that are read and written: heap, and indexes that are built. */
  readonly bytes?: number;
  /** Expected time of the work in seconds; 0 without work, undefined when the size is not known. */
  readonly seconds?: number;
  /** Made by an earlier statement of the same run: no other session works with it yet. */
  readonly isNew: boolean;
  readonly mayFail: readonly MayFail[];
}

/** What one statement does. */
export interface StatementEffects {
  /** `forbidden`: PostgreSQL refuses the statement inside a transaction block. */
  readonly transaction: "allowed" | "forbidden";
  /** One for each relation, the target first, then by role and name. */
  readonly effects: readonly Effect[];
  /** What could not be looked into, and why: dynamic SQL in a DO block, an unknown table. */
  readonly unchecked: readonly string[];
}

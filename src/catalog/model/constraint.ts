import type { QualifiedName } from "./names.ts";

/** A constraint of a table. NOT NULL stands with its column. */
export type Constraint = CheckConstraint | KeyConstraint | ForeignKey | ExclusionConstraint;

/** A constraint's name holds within its table. */
export interface ConstraintName {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

interface AnyConstraint {
  readonly name: string;
  /** As `ALTER TABLE … ADD CONSTRAINT name` takes it (pg_get_constraintdef). */
  readonly definition: string;
  /** In the constraint's own order; for a CHECK, by name. */
  readonly columns: readonly string[];
  /** False: NOT VALID. */
  readonly validated: boolean;
  /** False: NOT ENFORCED (18). */
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
  /** Of CHECKs only. */
  readonly noInherit: boolean;
  readonly local: boolean;
  readonly inheritedFrom: number;
  /** On a partition: the constraint of the partitioned table that it belongs to. */
  readonly parent?: ConstraintName;
  /** True after DISABLE TRIGGER ALL: nothing checks the constraint. */
  readonly triggersDisabled: boolean;
  readonly comment?: string;
}

export interface CheckConstraint extends AnyConstraint {
  readonly type: "check";
  readonly expression: string;
}

export interface KeyConstraint extends AnyConstraint {
  readonly type: "unique" | "primary key";
  /** The index behind it, in the table's schema. */
  readonly index: string;
  /** The last column is WITHOUT OVERLAPS (18). */
  readonly withoutOverlaps: boolean;
}

export interface ForeignKey extends AnyConstraint {
  readonly type: "foreign key";
  readonly references: QualifiedName & {
    readonly columns: readonly string[];
    /** The unique index of the referenced table that the key relies on. */
    readonly index: string;
  };
  readonly match: "simple" | "full" | "partial";
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
  /** The columns of SET NULL (…) or SET DEFAULT (…); empty when all are set. */
  readonly onDeleteColumns: readonly string[];
  /** The last column is a PERIOD (18). */
  readonly period: boolean;
}

export type ReferentialAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

export interface ExclusionConstraint extends AnyConstraint {
  readonly type: "exclusion";
  readonly index: string;
  /** One a key of the index. */
  readonly operators: readonly QualifiedName[];
}

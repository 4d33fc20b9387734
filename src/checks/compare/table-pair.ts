import type { QualifiedName } from "../../catalog/model/names.ts";
import type { CheckFinding } from "../check.ts";
import type { ColumnForm } from "./column-form.ts";
import type { Sides } from "./sides.ts";

/** A column of one side, or what stands for it. */
export interface ComparedValue {
  /** SQL on the table's columns. */
  readonly sql: string;
  readonly form: ColumnForm;
  /** As SQL says it; absent for an expression. */
  readonly type?: string;
}

/** What is compared under one name: the left side's. */
export interface ComparedColumn extends Sides<ComparedValue> {
  readonly name: string;
}

export interface ComparedTable {
  readonly table: QualifiedName;
  /** As SQL names it. */
  readonly name: string;
  /** Behind FROM. */
  readonly from: string;
  /** Roughly how many rows it has. */
  readonly rows: number;
}

/** Two tables that are to have the same rows. */
export interface TablePair extends Sides<ComparedTable> {
  readonly columns: readonly ComparedColumn[];
  /** By which rows are known on both sides; none: a row is known by all that it holds. */
  readonly key: readonly ComparedColumn[];
  /** The first column of the key, where it is a whole number that both sides have an index for and that is never NULL. */
  readonly rangeBy?: ComparedColumn;
  /** SQL condition on the rows that are compared, the same on both sides. */
  readonly where?: string;
  /** What is otherwise about the two, beside their rows. */
  readonly notes: readonly CheckFinding[];
}

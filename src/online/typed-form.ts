import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { TypedStep } from "../migrations/typed-step.ts";
import { backfillForm } from "./backfill/backfill-form.ts";
import { moveForm } from "./move/move-form.ts";
import type { OnlineContext } from "./online-context.ts";
import { aheadForm } from "./partition/add-partitions.ts";
import { partitioningForm } from "./partition/partition-table.ts";
import { splitForm } from "./partition/split-partition.ts";
import type { OnlineForm } from "./piece.ts";
import { primaryKeyForm } from "./primary-key/primary-key-form.ts";
import { reshapeForm } from "./reshape/reshape-form.ts";
import type { SweepSpec } from "./sweep-spec.ts";

/** What a typed step comes to. */
export interface TypedForm {
  /** All that it says, for people and for telling whether it was edited. */
  readonly words: string;
  /**
   * Statements that come to the same and stop others for as long as they work. Where no catalog is at hand they may leave
   * out what only a catalog tells.
   */
  readonly plain: (state?: CatalogState) => readonly string[];
  readonly online: (context: OnlineContext) => OnlineForm;
  /** How it is done in every case: the plain statements only stand for it. */
  readonly sweep?: (state?: CatalogState) => SweepSpec;
}

/** What a form is made from, beside the step. */
export interface StepPlace {
  /** What the step is called in messages. */
  readonly file: string;
  readonly now: Date;
}

/**
 * The form of a typed step, by the kind that it is.
 *
 * @throws LockkeeperError `reshape_invalid`, `partition_invalid` where a name, a type or an expression is none
 */
export function typedForm(step: TypedStep, place: StepPlace): TypedForm {
  if ("backfill" in step) return backfillForm(step.backfill, place);
  if ("reshape" in step) return reshapeForm(step.reshape, place);
  if ("moveColumn" in step) return moveForm(step.moveColumn, place);
  if ("partitionTable" in step) return partitioningForm(step.partitionTable, place);
  if ("changePrimaryKey" in step) return primaryKeyForm(step.changePrimaryKey);
  if ("splitPartition" in step) return splitForm(step.splitPartition, place);
  return aheadForm(step.addPartitions, place);
}

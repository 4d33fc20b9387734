import type { BackfillStep } from "./backfill.ts";
import { backfillDefect } from "./backfill-defect.ts";
import type { ChangePrimaryKeyStep } from "./change-primary-key.ts";
import { isRecord } from "./is-record.ts";
import type { MoveColumnStep } from "./move-columns.ts";
import { moveDefect } from "./move-defect.ts";
import { aheadDefect, partitioningDefect, splitDefect } from "./partition-defect.ts";
import type { AddPartitionsStep, PartitionTableStep, SplitPartitionStep } from "./partition-steps.ts";
import { primaryKeyDefect } from "./primary-key-defect.ts";
import type { ReshapeStep } from "./reshape.ts";
import { reshapeDefect } from "./reshape-defect.ts";

/** A step that says what is to be; the planner finds the statements. */
export type TypedStep =
  | ReshapeStep
  | MoveColumnStep
  | PartitionTableStep
  | SplitPartitionStep
  | AddPartitionsStep
  | ChangePrimaryKeyStep
  | BackfillStep;

type Keys<Step> = Step extends unknown ? keyof Step : never;

const DEFECTS: Readonly<Record<Keys<TypedStep>, (data: unknown) => string | undefined>> = {
  reshape: reshapeDefect,
  moveColumn: moveDefect,
  partitionTable: partitioningDefect,
  splitPartition: splitDefect,
  addPartitions: aheadDefect,
  changePrimaryKey: primaryKeyDefect,
  backfill: backfillDefect,
};

/** The keys of which a typed step has one. */
export const TYPED_STEPS = Object.keys(DEFECTS);

/** What is wrong with the data of a typed step, whatever the database is; undefined for what is none. */
export function typedStepDefect(step: unknown): { readonly defect: string | undefined } | undefined {
  if (!isRecord(step)) return undefined;
  const found = Object.entries(DEFECTS).find(([key]) => key in step);
  return found === undefined ? undefined : { defect: found[1](step[found[0]]) };
}

import type { PartitionSplit } from "../../migrations/partition-steps.ts";
import { quoteQualified } from "../../sql/quote.ts";
import { refused } from "../piece.ts";
import { stepTable } from "../step-table.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";
import { partitionInvalid } from "./partition-invalid.ts";

/**
 * A partition that becomes several.
 *
 * @throws LockkeeperError `partition_invalid` where the table's name is none
 */
export function splitForm(split: PartitionSplit, { file }: StepPlace): TypedForm {
  const name = stepTable(split.table);
  if (name === undefined) throw partitionInvalid(file, `${split.table} is no name of a table`);
  return {
    words: `split ${JSON.stringify(split)}`,
    plain: () => [`TABLE ${quoteQualified(name)}`],
    online: () => refused(`splits ${split.partition}, and that is not built yet`),
  };
}

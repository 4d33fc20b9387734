import type { PartitionsAhead } from "../../migrations/partition-steps.ts";
import { quoteQualified } from "../../sql/quote.ts";
import { refused } from "../piece.ts";
import { stepTable } from "../step-table.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";
import { partitionInvalid } from "./partition-invalid.ts";

/**
 * Partitions for times to come.
 *
 * @throws LockkeeperError `partition_invalid` where the table's name is none
 */
export function aheadForm(partitions: PartitionsAhead, { file }: StepPlace): TypedForm {
  const name = stepTable(partitions.table);
  if (name === undefined) throw partitionInvalid(file, `${partitions.table} is no name of a table`);
  return {
    words: `partitions ${JSON.stringify(partitions)}`,
    plain: () => [`TABLE ${quoteQualified(name)}`],
    online: () => refused("adds partitions, and that is not built yet"),
  };
}

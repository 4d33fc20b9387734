import { nodeAs } from "../../sql/node-as.ts";
import type { Alteration } from "../alter-table/alteration.ts";
import type { Subcommand } from "../alter-table/lock-of-subcommand.ts";
import { attachPartition } from "./attach-partition.ts";
import { detachPartition } from "./detach-partition.ts";

type Doing = (alteration: Alteration, command: Subcommand) => void;

const on =
  (does: typeof attachPartition): Doing =>
  ({ isKnown, table, state, effects }, { def }) => {
    const command = nodeAs(def, "PartitionCmd");
    if (command !== undefined) does(command, isKnown ? table : undefined, state, effects);
  };

/** The subcommands of ALTER TABLE that are about partitions, by the parser's names. */
export const PARTITION_SUBCOMMANDS: Readonly<Record<string, Doing>> = {
  AT_AttachPartition: on(attachPartition),
  AT_DetachPartition: on(detachPartition),
  AT_DetachPartitionFinalize: on(detachPartition),
};

import type { AlterTableCmd } from "libpg-query";
import { nodeAs } from "../sql/node-as.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import { AS_WRITTEN, alone, type OnlineForm, pieces } from "./piece.ts";
import { relationName } from "./relation-name.ts";

/** DETACH PARTITION CONCURRENTLY, which a default partition forbids: then the short lock on both is taken. */
export function detachOnline(command: AlterTableCmd, { sql, parsed }: Written, { state }: OnlineContext): OnlineForm {
  const partition = nodeAs(command.def, "PartitionCmd");
  const parent = parsed.tag === "AlterTableStmt" ? state.table(relationName(parsed.node.relation)) : undefined;
  if (partition?.concurrent === true || parent === undefined) return AS_WRITTEN;
  const hasDefault = state.partitionsOf(parent).some(({ partitionOf }) => partitionOf?.bound === "DEFAULT");
  return hasDefault ? AS_WRITTEN : pieces(alone(`${sql} CONCURRENTLY`, "expand"));
}

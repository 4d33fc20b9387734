import type { CreateStmt } from "libpg-query";
import { nodesAs } from "../sql/node-as.ts";
import { proofOf } from "./attach-partition.ts";
import { contextAfter, harm, type OnlineContext, type Written } from "./online-context.ts";
import { boundWithin } from "./partition-bound.ts";
import { brief, type OnlineForm, pieces } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import { tooLong } from "./too-long.ts";

/**
 * CREATE TABLE … PARTITION OF beside a default partition, whose rows would all be looked at while nobody gets to the
 * table: that none of them belongs into the new one is proved before.
 */
export function createPartitionOnline(node: CreateStmt, statement: Written, context: OnlineContext): OnlineForm {
  const { state } = context;
  const parent = state.table(relationName(nodesAs(node.inhRelations, "RangeVar")[0]));
  if (parent === undefined || node.partbound === undefined) return tooLong(statement, context);
  const remainder = state.partitionsOf(parent).find(({ partitionOf }) => partitionOf?.bound === "DEFAULT");
  if (remainder === undefined) return tooLong(statement, context);
  const proof = proofOf(remainder, boundWithin(parent, node.partbound, statement.sql, state)?.outside);
  const behind = contextAfter(context, proof.before);
  if (harm(statement, behind).length > 0) return tooLong(statement, behind);
  return pieces(...proof.before, brief(statement.sql, "cutover"), ...proof.after);
}

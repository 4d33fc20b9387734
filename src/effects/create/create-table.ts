import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { lockReferenced } from "../foreign-keys.ts";
import { lockNamed } from "../lock-named.ts";
import { partitionOf } from "../partitions/create-partition.ts";
import { nameOfParts, writtenName } from "../written-name.ts";

/**
 * CREATE TABLE and CREATE FOREIGN TABLE: the new table is nobody else's yet, others are looked at or get triggers.
 *
 * Source: `DefineRelation` in `src/backend/commands/tablecmds.c`, `transformTableLikeClause` in `parse_utilcmd.c`.
 */
export const createTable: Family<"CreateStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  if (node.if_not_exists === true && state.relation(name) !== undefined) return;
  if (node.partbound !== undefined) partitionOf(node, state, effects);
  else {
    for (const parent of nodesAs(node.inhRelations, "RangeVar")) {
      lockNamed(writtenName(parent), state, effects, "parent", "SHARE UPDATE EXCLUSIVE");
    }
  }
  for (const { relation } of nodesAs(node.tableElts, "TableLikeClause")) {
    lockNamed(writtenName(relation), state, effects, "source", "ACCESS SHARE");
  }
  if (node.ofTypename !== undefined) {
    const type = nameOfParts(namesOf(node.ofTypename.names));
    lockNamed(type, state, effects, "source", "ACCESS SHARE", "composite type");
  }
  lockReferencedTables(node, state, effects);
};

export const createForeignTable: Family<"CreateForeignTableStmt"> = ({ base }, state, effects) => {
  if (base !== undefined) createTable(base, state, effects);
};

function lockReferencedTables(node: NodeOf<"CreateStmt">, state: CatalogState, effects: EffectSet): void {
  const own = keyOf(state.resolved(writtenName(node.relation)));
  const ofColumns = nodesAs(node.tableElts, "ColumnDef").flatMap(({ constraints }) => constraints ?? []);
  for (const { contype, pktable } of nodesAs([...(node.tableElts ?? []), ...ofColumns], "Constraint")) {
    if (contype !== "CONSTR_FOREIGN" || keyOf(state.resolved(writtenName(pktable))) === own) continue;
    lockReferenced(writtenName(pktable), state, effects, "SHARE ROW EXCLUSIVE");
  }
}

import type { ForeignKey } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { ACTIONS, MATCHES } from "../../catalog/state/apply/add-foreign-key.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { namesOf } from "../../sql/object-name.ts";
import { foreignKeysOf } from "../foreign-keys.ts";
import type { ConstraintNode } from "./new-column.ts";

/**
 * The foreign key of a partition that a new one of its parent takes over as it is: no row is looked at then.
 *
 * Source: `tryAttachPartitionForeignKey` in `src/backend/commands/tablecmds.c`.
 *
 * @param others the columns that are referred to
 */
export const adoptedKey = (
  partition: Table,
  node: ConstraintNode,
  references: QualifiedName,
  others: readonly string[],
): ForeignKey | undefined =>
  foreignKeysOf(partition).find(
    (own) =>
      own.parent === undefined &&
      own.enforced &&
      own.validated &&
      keyOf(own.references) === keyOf(references) &&
      pairs(own.columns, own.references.columns) === pairs(namesOf(node.fk_attrs), others) &&
      own.match === (MATCHES[node.fk_matchtype ?? "s"] ?? "simple") &&
      own.onUpdate === (ACTIONS[node.fk_upd_action ?? "a"] ?? "no action") &&
      own.onDelete === (ACTIONS[node.fk_del_action ?? "a"] ?? "no action") &&
      own.deferrable === (node.deferrable === true) &&
      own.initiallyDeferred === (node.initdeferred === true),
  );

const pairs = (columns: readonly string[], others: readonly string[]): string =>
  JSON.stringify(columns.map((column, at) => [column, others[at]]).toSorted());

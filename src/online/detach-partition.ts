import type { AlterTableCmd } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodeAs } from "../sql/node-as.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { newConstraintName } from "./new-constraint-name.ts";
import { contextAfter, harm, type OnlineContext, type Written, written } from "./online-context.ts";
import { keyTexts } from "./partition-bound.ts";
import { AS_WRITTEN, alone, along, brief, type OnlineForm, pieces } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import { tooLong } from "./too-long.ts";

/**
 * DETACH PARTITION CONCURRENTLY, which a default partition forbids: then the short lock on both is taken. It leaves the
 * bounds behind as a CHECK, unless another constraint says the same; the plain form does not.
 *
 * Source: `DetachAddConstraintIfNeeded` in PostgreSQL's `src/backend/commands/tablecmds.c`.
 */
export function detachOnline(command: AlterTableCmd, statement: Written, context: OnlineContext): OnlineForm {
  const { state } = context;
  const { parsed } = statement;
  const detach = nodeAs(command.def, "PartitionCmd");
  const parent = parsed.tag === "AlterTableStmt" ? state.table(relationName(parsed.node.relation)) : undefined;
  const partition = state.table(relationName(detach?.name));
  if (detach?.concurrent === true || parent === undefined || partition === undefined) return AS_WRITTEN;
  if (harm(statement, context).length > 0) {
    return tooLong(statement, context, "rows that refer to the partition are looked for");
  }
  if (state.isNew(partition)) return AS_WRITTEN;
  if (state.partitionsOf(parent).some(({ partitionOf }) => partitionOf?.bound === "DEFAULT")) return AS_WRITTEN;
  const detached = alone(`${statement.sql} CONCURRENTLY`, "expand");
  const check = nameOfCheck(parent, partition, contextAfter(context, [detached]));
  const drop = `ALTER TABLE ${quoteQualified(partition)} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(check)}`;
  return pieces(detached, along(brief(drop, "cutover")));
}

/** The name that PostgreSQL gives a CHECK over all the columns that the bounds are about. */
function nameOfCheck(parent: Table, partition: Table, context: OnlineContext): string {
  const keys = allAbove(parent, context.state).flatMap(keyTexts);
  const check = written(`ALTER TABLE ${quoteQualified(partition)} ADD CHECK (ROW(${keys.join(", ")}) IS NOT NULL)`);
  const before = context.state.table(partition) ?? partition;
  return newConstraintName({ contype: "CONSTR_CHECK" }, before, check, context) ?? "";
}

function allAbove(table: Table, state: CatalogState): readonly Table[] {
  const parent = table.partitionOf === undefined ? undefined : state.table(table.partitionOf.parent);
  return parent === undefined ? [table] : [table, ...allAbove(parent, state)];
}

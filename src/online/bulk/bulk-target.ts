import type { DeleteStmt, UpdateStmt } from "libpg-query";
import type { Table } from "../../catalog/model/table.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { nodesOfType } from "../../sql/nodes-of-type.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { type BulkText, cutBulkWrite } from "./cut-bulk-write.ts";

/** An UPDATE or DELETE of many rows, as it is judged. */
export interface BulkWrite {
  readonly kind: "update" | "delete";
  readonly node: UpdateStmt | DeleteStmt;
  readonly sql: string;
  readonly text: BulkText;
  readonly table: Table;
  /** The table and all below it, those without rows of their own included. */
  readonly all: readonly Table[];
  /** By which the statement calls it. */
  readonly alias: string | undefined;
  /** The columns that UPDATE assigns, and the expressions; undefined for those of a list, `(a, b) = …`. */
  readonly assigned: readonly { readonly column: string; readonly value: PgNode | undefined }[];
  readonly state: CatalogState;
}

export function bulkWrite(sql: string, node: UpdateStmt | DeleteStmt, table: Table, state: CatalogState): BulkWrite {
  const targets = "targetList" in node ? nodesAs(node.targetList, "ResTarget") : [];
  return {
    kind: "targetList" in node ? "update" : "delete",
    node,
    sql,
    text: cutBulkWrite(sql),
    table,
    all: node.relation?.inh === true ? [table, ...state.descendantsOf(table)] : [table],
    alias: node.relation?.alias?.aliasname,
    assigned: targets.map(({ name = "", val, indirection }) => ({
      column: name,
      value: indirection !== undefined || nodeAs(val, "MultiAssignRef") !== undefined ? undefined : val,
    })),
    state,
  };
}

/** The columns of the table that an expression may read; `all` where it takes whole rows. */
export function columnsRead(tree: unknown, { table, alias }: BulkWrite): ReadonlySet<string> | "all" {
  const called = alias ?? table.name;
  const read = new Set<string>();
  for (const { fields } of nodesOfType(tree, "ColumnRef")) {
    const names = nodesAs(fields, "String").map(({ sval }) => sval ?? "");
    const isWhole = names.length !== (fields?.length ?? 0) || (names.length === 1 && isRow(names[0], called, table));
    const qualifier = names.length > 1 ? names[0] : undefined;
    if (qualifier !== undefined && qualifier !== called) continue;
    if (isWhole) return "all";
    read.add(names.at(-1) ?? "");
  }
  return read;
}

const isRow = (name: string | undefined, called: string, table: Table): boolean =>
  name === called && !table.columns.some((column) => column.name === name);

/** Whether rows may come to lie in other partitions. */
export function movesRows({ all, assigned }: BulkWrite): boolean {
  const columns = new Set(assigned.map(({ column }) => column));
  return all.some(({ partitioning }) =>
    partitioning?.columns.some((column) => (column === null ? columns.size > 0 : columns.has(column))),
  );
}

/** The triggers of users that the statement fires. A row that moves to another partition is deleted and inserted. */
export function firedTriggers(write: BulkWrite): readonly Trigger[] {
  const { kind, all, assigned } = write;
  const columns = new Set(assigned.map(({ column }) => column));
  const ofRows: ReadonlySet<string> = new Set(movesRows(write) ? [kind, "insert", "delete"] : [kind]);
  const fires = ({ events, level, columns: watched }: Trigger): boolean =>
    events.some((event) => {
      if (event !== kind) return level === "row" && ofRows.has(event);
      return event !== "update" || watched.length === 0 || watched.some((column) => columns.has(column));
    });
  const fired = all
    .flatMap(({ triggers }) => triggers)
    .filter((trigger) => (trigger.enabled === "origin" || trigger.enabled === "always") && fires(trigger));
  return fired.filter(({ name }, at) => fired.findIndex((one) => one.name === name) === at);
}

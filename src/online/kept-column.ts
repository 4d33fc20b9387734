import type { Column } from "../catalog/model/column.ts";
import type { Table } from "../catalog/model/table.ts";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { isHidden } from "./hidden-name.ts";
import type { OnlineContext } from "./online-context.ts";
import { relationName } from "./relation-name.ts";
import { SECOND_NAME } from "./sync/standing-sync.ts";

/**
 * What the server would not take because a table keeps a column until contract, in words; undefined when nothing. Found
 * only then, it would end the run with partitions detached.
 */
export function keptInTheWay(parsed: ParsedStatement, { state }: OnlineContext): string | undefined {
  if (parsed.tag === "AlterTableStmt") {
    for (const { subtype, def } of nodesAs(parsed.node.cmds, "AlterTableCmd")) {
      if (subtype !== "AT_AttachPartition") continue;
      const partition = state.table(relationName(nodeAs(def, "PartitionCmd")?.name));
      const above = state.table(relationName(parsed.node.relation));
      const kept = keptOf(partition).find((name) => !above?.columns.some((column) => column.name === name));
      if (kept !== undefined) return `attaches ${partition?.name}, which keeps ${kept} until \`contract\``;
    }
  }
  if (parsed.tag === "CreateFunctionStmt" && parsed.node.sql_body !== undefined) {
    const names = namesOf(parsed.node.returnType?.names);
    const [kept] = keptOf(state.table({ schema: names.at(-2), name: names.at(-1) ?? "" }));
    if (kept !== undefined) return `returns rows of ${names.at(-1)}, which keeps ${kept} until \`contract\``;
  }
  return undefined;
}

const keptOf = (table: Table | undefined): readonly string[] =>
  (table?.columns ?? []).filter(isKeptColumn).map(({ name }) => name);

/** Whether contract removes the column. */
export const isKeptColumn = ({ name, comment }: Column): boolean => isHidden(name) || comment === SECOND_NAME;

import { nodeAs, nodesAs } from "./node-as.ts";
import type { NodeOf, ParsedStatement } from "./parse-statement.ts";

/**
 * Whether PostgreSQL refuses the statement inside a transaction block (SQLSTATE 25001).
 *
 * Source: the calls of `PreventInTransactionBlock` in PostgreSQL's `src/backend/tcop/utility.c` and
 * `src/backend/commands/`. What a subscription's statement does depends on its replication slot; those that may be
 * refused count as refused.
 */
export function isRefusedInTransaction(parsed: ParsedStatement): boolean {
  switch (parsed.tag) {
    case "IndexStmt":
      return parsed.node.concurrent === true;
    case "DropStmt":
      return parsed.node.removeType === "OBJECT_INDEX" && parsed.node.concurrent === true;
    case "ReindexStmt":
      return isConcurrentReindex(parsed.node) || isReindexOfMany(parsed.node);
    case "AlterTableStmt":
      return concurrentDetach(parsed.node) !== undefined;
    case "VacuumStmt":
      return parsed.node.is_vacuumcmd === true;
    case "ClusterStmt":
      return parsed.node.relation === undefined;
    case "AlterDatabaseStmt":
      return nodesAs(parsed.node.options, "DefElem").some(({ defname }) => defname === "tablespace");
    case "DiscardStmt":
      return parsed.node.target === "DISCARD_ALL";
    case "CreateSubscriptionStmt":
      return makesSlot(parsed.node);
    case "AlterSystemStmt":
    case "CreatedbStmt":
    case "DropdbStmt":
    case "CreateTableSpaceStmt":
    case "DropTableSpaceStmt":
    case "DropSubscriptionStmt":
    case "AlterSubscriptionStmt":
      return true;
    default:
      return false;
  }
}

export const isConcurrentReindex = (node: NodeOf<"ReindexStmt">): boolean =>
  nodesAs(node.params, "DefElem").some(({ defname }) => defname === "concurrently");

/** REINDEX SCHEMA, DATABASE, SYSTEM. */
const isReindexOfMany = ({ kind }: NodeOf<"ReindexStmt">): boolean =>
  kind !== "REINDEX_OBJECT_INDEX" && kind !== "REINDEX_OBJECT_TABLE";

/** The DETACH PARTITION … CONCURRENTLY of the statement. */
export const concurrentDetach = (node: NodeOf<"AlterTableStmt">): NodeOf<"PartitionCmd"> | undefined =>
  nodesAs(node.cmds, "AlterTableCmd")
    .filter(({ subtype }) => subtype === "AT_DetachPartition")
    .map(({ def }) => nodeAs(def, "PartitionCmd"))
    .find((command) => command?.concurrent === true);

/** Without `connect` no slot is made, whatever else is said. */
function makesSlot(node: NodeOf<"CreateSubscriptionStmt">): boolean {
  const isOff = (option: string): boolean =>
    nodesAs(node.options, "DefElem").some(({ defname, arg }) => {
      const text = nodeAs(arg, "String")?.sval ?? nodeAs(arg, "Boolean")?.boolval;
      const off = arg !== undefined && (text === undefined || ["false", "off", "0", "no"].includes(String(text)));
      return defname === option && off;
    });
  return !isOff("connect") && !isOff("create_slot");
}

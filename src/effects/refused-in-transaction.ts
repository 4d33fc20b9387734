import type { RangeVar } from "libpg-query";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import type { NodeOf, ParsedStatement } from "../sql/parse-statement.ts";
import { writtenName } from "./written-name.ts";

/**
 * Whether PostgreSQL refuses the statement inside a transaction block (SQLSTATE 25001).
 *
 * Source: the calls of `PreventInTransactionBlock` in PostgreSQL's `src/backend/tcop/utility.c` and
 * `src/backend/commands/`. What a subscription's statement does depends on its replication slot; those that may be
 * refused count as refused.
 *
 * @param state the catalog before the statement, which tells what is partitioned; without one nothing is
 */
export function isRefusedInTransaction(parsed: ParsedStatement, state?: CatalogState): boolean {
  switch (parsed.tag) {
    case "IndexStmt":
      return parsed.node.concurrent === true;
    case "DropStmt":
      return parsed.node.removeType === "OBJECT_INDEX" && parsed.node.concurrent === true;
    case "ReindexStmt":
      return (
        isConcurrentReindex(parsed.node) || isReindexOfMany(parsed.node) || isPartitioned(parsed.node.relation, state)
      );
    case "AlterTableStmt":
      return concurrentDetach(parsed.node) !== undefined;
    case "VacuumStmt":
      return parsed.node.is_vacuumcmd === true;
    case "ClusterStmt":
      return parsed.node.relation === undefined || isPartitioned(parsed.node.relation, state);
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

/** Each leaf is then done in a transaction of its own. */
function isPartitioned(range: RangeVar | undefined, state: CatalogState | undefined): boolean {
  const found = range === undefined ? undefined : state?.relation(writtenName(range));
  if (found?.kind === "table") return found.is.kind === "partitioned";
  return found?.kind === "index" && found.is.partitioned;
}

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

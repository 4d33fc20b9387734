import { concurrentDetach, isConcurrentReindex } from "../effects/refused-in-transaction.ts";
import type { NodeOf, ParsedStatement, PgNode } from "../sql/parse-statement.ts";
import type { Probe, QualifiedName } from "./plan.ts";

/** How a statement that PostgreSQL refuses inside a transaction block is probed. */
export function nonTransactionalProbe(parsed: ParsedStatement): Probe | undefined {
  switch (parsed.tag) {
    case "IndexStmt":
      return {
        kind: "create-index",
        index: qualified(parsed.node.relation?.schemaname, parsed.node.idxname ?? ""),
        table: qualified(parsed.node.relation?.schemaname, parsed.node.relation?.relname ?? ""),
        ifNotExists: parsed.node.if_not_exists === true,
      };
    case "DropStmt":
      return { kind: "drop-index", index: nameOf(parsed.node.objects?.[0]), ifExists: parsed.node.missing_ok === true };
    case "ReindexStmt":
      return isConcurrentReindex(parsed.node) ? reindexProbe(parsed.node) : { kind: "repeatable" };
    case "AlterTableStmt":
      return detachProbe(parsed.node);
    case "CreatedbStmt":
      return { kind: "create-database", name: parsed.node.dbname ?? "" };
    case "DropdbStmt":
      return { kind: "drop-database", name: parsed.node.dbname ?? "", ifExists: parsed.node.missing_ok === true };
    case "CreateTableSpaceStmt":
      return { kind: "create-tablespace", name: parsed.node.tablespacename ?? "" };
    case "DropTableSpaceStmt":
      return {
        kind: "drop-tablespace",
        name: parsed.node.tablespacename ?? "",
        ifExists: parsed.node.missing_ok === true,
      };
    case "CreateSubscriptionStmt":
      return { kind: "create-subscription", name: parsed.node.subname ?? "" };
    case "DropSubscriptionStmt":
      return { kind: "drop-subscription", name: parsed.node.subname ?? "", ifExists: parsed.node.missing_ok === true };
    case "VacuumStmt":
    case "ClusterStmt":
    case "AlterSystemStmt":
    case "AlterDatabaseStmt":
    case "AlterSubscriptionStmt":
      return { kind: "repeatable" };
    default:
      // DISCARD ALL would take the runner's own session apart: PostgreSQL's refusal stands.
      return undefined;
  }
}

/** Whether a transaction statement leaves the transaction open. */
export function isSavepoint({ node }: ParsedStatement & { readonly tag: "TransactionStmt" }): boolean {
  return ["TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"].includes(node.kind ?? "");
}

function reindexProbe(node: NodeOf<"ReindexStmt">): Probe {
  switch (node.kind) {
    case "REINDEX_OBJECT_INDEX":
    case "REINDEX_OBJECT_TABLE":
      return {
        kind: "reindex",
        target: node.kind === "REINDEX_OBJECT_INDEX" ? "index" : "table",
        name: qualified(node.relation?.schemaname, node.relation?.relname ?? ""),
      };
    case "REINDEX_OBJECT_SCHEMA":
      return { kind: "reindex", target: "schema", name: { name: node.name ?? "" } };
    default:
      return { kind: "reindex", target: "database", name: undefined };
  }
}

function detachProbe(node: NodeOf<"AlterTableStmt">): Probe {
  const partition = concurrentDetach(node)?.name;
  return {
    kind: "detach-partition",
    parent: qualified(node.relation?.schemaname, node.relation?.relname ?? ""),
    partition: qualified(partition?.schemaname, partition?.relname ?? ""),
  };
}

function nameOf(object: PgNode | undefined): QualifiedName {
  const items = object !== undefined && "List" in object ? (object.List.items ?? []) : [];
  const parts = items.flatMap((item) => ("String" in item ? [item.String.sval ?? ""] : []));
  return qualified(parts.at(-2), parts.at(-1) ?? "");
}

function qualified(schema: string | undefined, name: string): QualifiedName {
  return schema === undefined || schema === "" ? { name } : { schema, name };
}

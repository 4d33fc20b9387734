import type { ParsedStatement, PgNode } from "../sql/parse-statement.ts";
import type { Probe, QualifiedName } from "./plan.ts";

/**
 * How a statement that PostgreSQL refuses inside a transaction block is probed; undefined for the ordinary ones.
 *
 * Source: the calls of `PreventInTransactionBlock` in PostgreSQL's `src/backend/tcop/utility.c` and
 * `src/backend/commands/`.
 */
export function nonTransactionalProbe(parsed: ParsedStatement): Probe | undefined {
  switch (parsed.tag) {
    case "IndexStmt":
      return parsed.node.concurrent === true
        ? {
            kind: "create-index",
            index: qualified(parsed.node.relation?.schemaname, parsed.node.idxname ?? ""),
            table: qualified(parsed.node.relation?.schemaname, parsed.node.relation?.relname ?? ""),
            ifNotExists: parsed.node.if_not_exists === true,
          }
        : undefined;
    case "DropStmt":
      return parsed.node.removeType === "OBJECT_INDEX" && parsed.node.concurrent === true
        ? { kind: "drop-index", index: nameOf(parsed.node.objects?.[0]), ifExists: parsed.node.missing_ok === true }
        : undefined;
    case "ReindexStmt":
      return reindexProbe(parsed.node);
    case "AlterTableStmt":
      return detachProbe(parsed.node);
    case "VacuumStmt":
      return parsed.node.is_vacuumcmd === true ? { kind: "repeatable" } : undefined;
    case "ClusterStmt":
      return parsed.node.relation === undefined ? { kind: "repeatable" } : undefined;
    case "AlterSystemStmt":
      return { kind: "repeatable" };
    case "CreatedbStmt":
      return { kind: "create-database", name: parsed.node.dbname ?? "" };
    case "DropdbStmt":
      return { kind: "drop-database", name: parsed.node.dbname ?? "", ifExists: parsed.node.missing_ok === true };
    case "AlterDatabaseStmt":
      return parsed.node.options?.some((option) => "DefElem" in option && option.DefElem.defname === "tablespace")
        ? { kind: "repeatable" }
        : undefined;
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
    case "AlterSubscriptionStmt":
      return { kind: "repeatable" };
    default:
      return undefined;
  }
}

/** Whether a transaction statement leaves the transaction open. */
export function isSavepoint({ node }: ParsedStatement & { readonly tag: "TransactionStmt" }): boolean {
  return ["TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO"].includes(node.kind ?? "");
}

function reindexProbe(node: (ParsedStatement & { tag: "ReindexStmt" })["node"]): Probe | undefined {
  const concurrent = node.params?.some((param) => "DefElem" in param && param.DefElem.defname === "concurrently");
  const whole = node.kind !== "REINDEX_OBJECT_INDEX" && node.kind !== "REINDEX_OBJECT_TABLE";
  if (concurrent !== true) {
    return whole ? { kind: "repeatable" } : undefined;
  }
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

function detachProbe(node: (ParsedStatement & { tag: "AlterTableStmt" })["node"]): Probe | undefined {
  for (const command of node.cmds ?? []) {
    const def = "AlterTableCmd" in command ? command.AlterTableCmd : undefined;
    if (def?.subtype === "AT_DetachPartition" && def.def !== undefined && "PartitionCmd" in def.def) {
      const { concurrent, name } = def.def.PartitionCmd;
      if (concurrent === true) {
        return {
          kind: "detach-partition",
          parent: qualified(node.relation?.schemaname, node.relation?.relname ?? ""),
          partition: qualified(name?.schemaname, name?.relname ?? ""),
        };
      }
    }
  }
  return undefined;
}

function nameOf(object: PgNode | undefined): QualifiedName {
  const items = object !== undefined && "List" in object ? (object.List.items ?? []) : [];
  const parts = items.flatMap((item) => ("String" in item ? [item.String.sval ?? ""] : []));
  return qualified(parts.at(-2), parts.at(-1) ?? "");
}

function qualified(schema: string | undefined, name: string): QualifiedName {
  return schema === undefined || schema === "" ? { name } : { schema, name };
}

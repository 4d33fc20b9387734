import type { ParsedStatement } from "../sql/parse-statement.ts";

/**
 * How far what a statement does can be felt: in its own database, in other databases of the server (roles, settings), or
 * in places that a scratch database must leave alone wherever it is: databases that go by their own name, files, other
 * servers.
 */
export type Reach = "database" | "server" | "elsewhere";

const SERVER: ReadonlySet<string> = new Set([
  "AlterRoleSetStmt",
  "AlterRoleStmt",
  "AlterSystemStmt",
  "CreateRoleStmt",
  "CreatedbStmt",
  "DropOwnedStmt",
  "DropRoleStmt",
  "DropdbStmt",
  "GrantRoleStmt",
  "ReassignOwnedStmt",
]);

const ELSEWHERE: ReadonlySet<string> = new Set([
  "AlterDatabaseRefreshCollStmt",
  "AlterDatabaseSetStmt",
  "AlterDatabaseStmt",
  "AlterSubscriptionStmt",
  "AlterTableSpaceOptionsStmt",
  "CreateSubscriptionStmt",
  "CreateTableSpaceStmt",
  "DropSubscriptionStmt",
  "DropTableSpaceStmt",
  "ImportForeignSchemaStmt",
]);

const OBJECTS: Readonly<Record<string, Reach>> = {
  OBJECT_DATABASE: "elsewhere",
  OBJECT_PARAMETER_ACL: "server",
  OBJECT_ROLE: "server",
  OBJECT_SUBSCRIPTION: "elsewhere",
  OBJECT_TABLESPACE: "elsewhere",
};

export function reachOf({ tag, node }: ParsedStatement): Reach {
  if (SERVER.has(tag)) return "server";
  if (ELSEWHERE.has(tag)) return "elsewhere";
  switch (tag) {
    case "RenameStmt":
      return OBJECTS[node.renameType ?? ""] ?? "database";
    case "AlterOwnerStmt":
      return OBJECTS[node.objectType ?? ""] ?? "database";
    case "CommentStmt":
    case "SecLabelStmt":
    case "GrantStmt":
      return OBJECTS[node.objtype ?? ""] ?? "database";
    case "CopyStmt":
      return node.filename === undefined ? "database" : "elsewhere";
    default:
      return "database";
  }
}

/** The roles that a statement names and does not make: those it grants to, or gives things to. */
export function rolesNamed(statement: unknown): ReadonlySet<string> {
  const roles = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) visit(one);
    } else if (typeof value === "object" && value !== null) {
      const { roletype, rolename } = value as { readonly roletype?: unknown; readonly rolename?: unknown };
      if (roletype === "ROLESPEC_CSTRING" && typeof rolename === "string") roles.add(rolename);
      for (const one of Object.values(value)) visit(one);
    }
  };
  visit(statement);
  return roles;
}

import type { GrantRoleStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { roleOid } from "./role.ts";
import { constant, refuseWhen, text, when } from "./sql-text.ts";

/** A new membership is taken back; changing one that stands is not. */
export function undoGrantRole(statement: GrantRoleStmt): readonly UndoItem[] {
  const roles = nodesAs(statement.granted_roles, "AccessPriv").map(({ priv_name = "" }) => priv_name);
  if (statement.is_grant !== true)
    return refused(`who gave the membership in ${roles.join(", ")}, and how, is not kept`);
  const members = nodesAs(statement.grantee_roles, "RoleSpec");
  const pairs = roles.flatMap((role) => members.map((member) => ({ role, member })));
  return pairs.toReversed().map(({ role, member }) =>
    capture(
      `SELECT ${roleOid(member)} AS member, EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
        WHERE r.rolname = ${quoteLiteral(role)} AND m.member = ${roleOid(member)}) AS held`,
      refuseWhen(
        "t.held",
        text`${"pg_get_userbyid(t.member)"} is a member of ${constant(role)} already, and its options may change`,
      ),
      when(
        "NOT t.held",
        text`REVOKE ${constant(quoteIdentifier(role))} FROM ${"quote_ident(pg_get_userbyid(t.member))"}`,
      ),
    ),
  );
}

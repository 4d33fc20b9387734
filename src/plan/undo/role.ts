import type { RoleSpec } from "libpg-query";
import { quoteLiteral } from "../../sql/quote.ts";

/** An SQL expression for a role's OID; 0 for PUBLIC, null for a role that does not exist. */
export function roleOid(role: RoleSpec | undefined): string {
  switch (role?.roletype) {
    case "ROLESPEC_PUBLIC":
      return "0::oid";
    case "ROLESPEC_SESSION_USER":
      return "(SELECT r.oid FROM pg_roles r WHERE r.rolname = session_user)";
    case "ROLESPEC_CURRENT_USER":
    case "ROLESPEC_CURRENT_ROLE":
      return "(SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user)";
    default:
      return `(SELECT r.oid FROM pg_roles r WHERE r.rolname = ${quoteLiteral(role?.rolename ?? "")})`;
  }
}

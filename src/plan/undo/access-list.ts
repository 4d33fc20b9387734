import { each, refuseWhen, type StatementsExpression, text } from "./sql-text.ts";

/** Who an `aclexplode` row `e` is for. */
export const GRANTEE = "CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END";

/**
 * Puts the privileges of newly made objects back. `objects` yields rows `o`: acl, owner, namespace, kind (as acldefault takes it)
 * and object (`TABLE s.t`); `defaultKind` is the kind's `pg_default_acl.defaclobjtype`. An object nobody granted
 * anything on has no list, and a new one has none either unless default privileges are set up: for its schema or for all,
 * by whom the way back runs as (who runs the migration) or whose it becomes.
 */
export const restoreAccess = (objects: string, defaultKind: string): readonly StatementsExpression[] => [
  refuseWhen(
    `EXISTS (SELECT FROM ${objects}, pg_default_acl f WHERE f.defaclobjtype = ${defaultKind}
      AND f.defaclnamespace IN (0, o.namespace)
      AND (f.defaclrole = o.owner OR pg_get_userbyid(f.defaclrole) = current_user))`,
    text`default privileges would change who may use it once it is made again`,
  ),
  refuseWhen(
    `EXISTS (SELECT FROM ${objects}, aclexplode(o.acl) e WHERE e.grantor <> o.owner)`,
    text`privileges on it were granted by another role than its owner`,
  ),
  each(
    text`REVOKE ALL ON ${"o.object"} FROM ${GRANTEE}`,
    `${objects}, LATERAL (SELECT DISTINCT f.grantee FROM aclexplode(acldefault(o.kind, o.owner)) f) e
      WHERE o.acl IS NOT NULL ORDER BY e.grantee`,
  ),
  each(
    text`GRANT ${"e.privilege_type"} ON ${"o.object"} TO ${GRANTEE}${"CASE WHEN e.is_grantable AND e.grantee <> o.owner THEN ' WITH GRANT OPTION' ELSE '' END"}`,
    `${objects}, aclexplode(o.acl) e ORDER BY o.object, e.grantee, e.privilege_type`,
  ),
];

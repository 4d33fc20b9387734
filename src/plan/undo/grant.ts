import type { AccessPriv, GrantStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { namesOf, textArray } from "../../sql/object-name.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { grantedObjects } from "./grant-objects.ts";
import { kindName } from "./object-address.ts";
import { roleOid } from "./role.ts";
import { each, refuseWhen, type StatementsExpression, text } from "./sql-text.ts";

/** Only the difference is undone: what was held before stays held, what was not held is not given. */
export function undoGrant(statement: GrantStmt): readonly UndoItem[] {
  const objects = grantedObjects(statement);
  if (objects === undefined) return refused(`the privileges on this ${kindName(statement.objtype)} are not kept`);
  if (statement.grantor !== undefined) return refused("GRANTED BY another role than the owner is not turned back");
  const target = `SELECT ${objects.oids} AS oids, ${grantees(statement)} AS grantees`;
  const privileges = nodesAs(statement.privileges, "AccessPriv");
  const onColumns = privileges.filter(({ cols }) => cols !== undefined);
  const onWhole = privileges.filter(({ cols }) => cols === undefined);
  const wanted = privileges.length === 0 ? undefined : onWhole.map(({ priv_name = "" }) => priv_name.toUpperCase());
  const isTable = statement.objtype === "OBJECT_TABLE";
  return [
    capture(
      target,
      refuseOthers(objects.rows),
      ...(wanted?.length === 0 ? [] : change(statement, objects.rows, ENTRIES, wanted, "")),
      // REVOKE on a table reaches its columns, whether it is the statement's or its undo's.
      ...(isTable && wanted?.length !== 0
        ? change(asRevoke(statement), columnRows(objects.rows, undefined), COLUMN_ENTRIES, wanted, COLUMN)
        : []),
      ...onColumns.flatMap((privilege) =>
        change(statement, columnRows(objects.rows, privilege), COLUMN_ENTRIES, columnPrivileges(privilege), COLUMN),
      ),
    ),
  ];
}

const asRevoke = (statement: GrantStmt): GrantStmt => ({
  ...statement,
  is_grant: false,
  grant_option: statement.is_grant !== true && statement.grant_option === true,
});

const grantees = (statement: GrantStmt): string =>
  `ARRAY[${nodesAs(statement.grantees, "RoleSpec").map(roleOid).join(", ")}]::oid[]`;

const columnPrivileges = ({ priv_name }: AccessPriv): readonly string[] =>
  priv_name === undefined ? ["SELECT", "INSERT", "UPDATE", "REFERENCES"] : [priv_name.toUpperCase()];

/** A grant is the owner's when he or a member of his role gives it. */
const refuseOthers = (rows: string): StatementsExpression =>
  refuseWhen(
    `EXISTS (SELECT FROM ${rows} WHERE NOT pg_has_role(current_user, o.owner, 'USAGE'))`,
    text`the privileges are another owner's to give`,
  );

/** What each role holds of `o`, given by its owner; a list that was never written holds the defaults. */
const ENTRIES = "aclexplode(coalesce(o.acl, acldefault(o.kind, o.owner)))";
const COLUMN_ENTRIES = "aclexplode(o.acl)";
const COLUMN = `' (' || o.column || ')'`;

const columnRows = (rows: string, privilege: AccessPriv | undefined): string =>
  `(SELECT o.oid, a.attacl AS acl, o.owner, o.kind, o.object, quote_ident(a.attname) AS column FROM ${rows}
      JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
      ${privilege === undefined ? "" : `AND a.attname = ANY (${textArray(namesOf(privilege.cols))})`}) o`;

/** Statements about one kind of entry: `wanted` undefined stands for ALL, `column` for the words behind a privilege. */
function change(
  { is_grant, grant_option, behavior }: GrantStmt,
  rows: string,
  entries: string,
  wanted: readonly string[] | undefined,
  column: string,
): readonly StatementsExpression[] {
  const all =
    column === ""
      ? "SELECT e.privilege_type FROM aclexplode(acldefault(o.kind, o.owner)) e WHERE e.grantee = o.owner"
      : COLUMN_ALL;
  const privileges = wanted === undefined ? `(${all}) w(privilege)` : `unnest(${textArray(wanted)}) AS w(privilege)`;
  const held = `SELECT FROM ${entries} e WHERE e.grantee = g.role AND e.grantor = o.owner AND e.privilege_type = w.privilege`;
  const from = `${rows}, unnest(t.grantees) WITH ORDINALITY AS g(role, place), LATERAL ${privileges}`;
  const order = "ORDER BY o.object, g.place, w.privilege";
  const what = `w.privilege${column === "" ? "" : ` || ${column}`}`;
  const role = "CASE g.role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.role)) END";
  if (is_grant === true) {
    const option = `EXISTS (${held} AND NOT e.is_grantable) AND ${grant_option === true}`;
    return [
      each(text`REVOKE ${what} ON ${"o.object"} FROM ${role}`, `${from} WHERE NOT EXISTS (${held}) ${order}`),
      each(text`REVOKE GRANT OPTION FOR ${what} ON ${"o.object"} FROM ${role}`, `${from} WHERE ${option} ${order}`),
    ];
  }
  const passedOn = `SELECT FROM ${entries} e WHERE e.grantor = g.role AND e.grantor <> o.owner AND e.privilege_type = w.privilege`;
  const grantable = `CASE WHEN EXISTS (${held} AND e.is_grantable) AND g.role <> o.owner THEN ' WITH GRANT OPTION' ELSE '' END`;
  const lost = grant_option === true ? `${held} AND e.is_grantable` : held;
  return [
    ...(behavior === "DROP_CASCADE"
      ? [
          refuseWhen(
            `EXISTS (SELECT FROM ${from} WHERE EXISTS (${passedOn}))`,
            text`CASCADE takes along what a grantee passed on`,
          ),
        ]
      : []),
    each(text`GRANT ${what} ON ${"o.object"} TO ${role}${grantable}`, `${from} WHERE EXISTS (${lost}) ${order}`),
  ];
}

const COLUMN_ALL = "SELECT unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'])";

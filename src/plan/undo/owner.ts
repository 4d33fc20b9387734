import type { AlterOwnerStmt, ObjectType, RoleSpec } from "libpg-query";
import type { UndoItem } from "../plan.ts";
import type { AlterationUndo } from "./alteration.ts";
import { capture, refused } from "./capture.ts";
import { addressOf, identified, KINDS, kindName } from "./object-address.ts";
import { captureOnRelation, T_NAME } from "./relation.ts";
import { roleOid } from "./role.ts";
import { constant, one, refuseWhen, type StatementsExpression, text } from "./sql-text.ts";

/** Catalog, owner and privileges of the kinds that AlterOwnerStmt knows. */
const OWNERS: Partial<Record<ObjectType, { readonly catalog: string; readonly owner: string; readonly acl?: string }>> =
  {
    OBJECT_FUNCTION: { catalog: "pg_proc", owner: "proowner", acl: "proacl" },
    OBJECT_PROCEDURE: { catalog: "pg_proc", owner: "proowner", acl: "proacl" },
    OBJECT_ROUTINE: { catalog: "pg_proc", owner: "proowner", acl: "proacl" },
    OBJECT_AGGREGATE: { catalog: "pg_proc", owner: "proowner", acl: "proacl" },
    OBJECT_TYPE: { catalog: "pg_type", owner: "typowner", acl: "typacl" },
    OBJECT_DOMAIN: { catalog: "pg_type", owner: "typowner", acl: "typacl" },
    OBJECT_SCHEMA: { catalog: "pg_namespace", owner: "nspowner", acl: "nspacl" },
    OBJECT_DATABASE: { catalog: "pg_database", owner: "datdba", acl: "datacl" },
    OBJECT_TABLESPACE: { catalog: "pg_tablespace", owner: "spcowner", acl: "spcacl" },
    OBJECT_FDW: { catalog: "pg_foreign_data_wrapper", owner: "fdwowner", acl: "fdwacl" },
    OBJECT_FOREIGN_SERVER: { catalog: "pg_foreign_server", owner: "srvowner", acl: "srvacl" },
    OBJECT_LANGUAGE: { catalog: "pg_language", owner: "lanowner", acl: "lanacl" },
    OBJECT_EVENT_TRIGGER: { catalog: "pg_event_trigger", owner: "evtowner" },
    OBJECT_PUBLICATION: { catalog: "pg_publication", owner: "pubowner" },
    OBJECT_STATISTIC_EXT: { catalog: "pg_statistic_ext", owner: "stxowner" },
    OBJECT_COLLATION: { catalog: "pg_collation", owner: "collowner" },
    OBJECT_CONVERSION: { catalog: "pg_conversion", owner: "conowner" },
    OBJECT_OPERATOR: { catalog: "pg_operator", owner: "oprowner" },
    OBJECT_OPCLASS: { catalog: "pg_opclass", owner: "opcowner" },
    OBJECT_OPFAMILY: { catalog: "pg_opfamily", owner: "opfowner" },
    OBJECT_TSDICTIONARY: { catalog: "pg_ts_dict", owner: "dictowner" },
    OBJECT_TSCONFIGURATION: { catalog: "pg_ts_config", owner: "cfgowner" },
  };

/** A new owner's own privileges melt into the owner's, and changing back does not part them again. */
const refuseIfGranted = (acl: string, owner: string, newOwner: RoleSpec | undefined): StatementsExpression =>
  refuseWhen(
    `EXISTS (SELECT FROM aclexplode(${acl}) e WHERE ${roleOid(newOwner)} <> ${owner}
      AND ${roleOid(newOwner)} IN (e.grantee, e.grantor))`,
    text`the new owner already holds privileges, which would melt into the owner's`,
  );

export const changeRelationOwner: AlterationUndo = ({ relation, command: { newowner }, ifExists }) => [
  captureOnRelation(
    relation,
    // A relation that goes anyway takes its privileges along.
    ...(ifExists ? [] : [refuseIfGranted("t.relacl", "t.relowner", newowner)]),
    one(text`ALTER ${"t.kind"} ${T_NAME} OWNER TO ${"quote_ident(pg_get_userbyid(t.relowner))"}`),
  ),
];

export function undoOwner({ objectType, object, newowner }: AlterOwnerStmt): readonly UndoItem[] {
  const stored = objectType === undefined ? undefined : OWNERS[objectType];
  const address = addressOf(objectType, object);
  const keyword = objectType === undefined ? undefined : KINDS[objectType]?.keyword;
  if (stored === undefined || address === undefined || keyword === undefined) {
    return refused(`the owner of this ${kindName(objectType)} cannot be found`);
  }
  const acl = stored.acl === undefined ? "" : `, o.${stored.acl} AS acl`;
  const target = `SELECT n.*, o.${stored.owner} AS owner${acl} FROM (${identified(address)}) n
      JOIN ${stored.catalog} o ON o.oid = n.objid`;
  return [
    capture(
      target,
      ...(stored.acl === undefined ? [] : [refuseIfGranted("t.acl", "t.owner", newowner)]),
      one(text`ALTER ${constant(keyword)} ${"t.identity"} OWNER TO ${"quote_ident(pg_get_userbyid(t.owner))"}`),
    ),
  ];
}

import type { GrantStmt, ObjectType } from "libpg-query";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { dotted, namesOf, routineOid, textArray } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import { relationOid } from "./relation.ts";

/** What a GRANT or REVOKE is about: how its objects are found and what stands in the catalog about each. */
export interface GrantedObjects {
  /** An SQL expression of type oid[]. */
  readonly oids: string;
  /** FROM items for rows `o`: oid, acl, owner, kind (as acldefault takes it), object (`TABLE s.t`). */
  readonly rows: string;
}

const arrayOf = (expressions: readonly string[]): string => `ARRAY[${expressions.join(", ")}]::oid[]`;

/** Catalogs whose objects are named by one name: name, owner and privileges columns, acldefault's letter, keyword. */
const GLOBAL: Partial<
  Record<ObjectType, readonly [catalog: string, prefix: string, owner: string, kind: string, keyword: string]>
> = {
  OBJECT_SCHEMA: ["pg_namespace", "nsp", "nspowner", "n", "SCHEMA"],
  OBJECT_DATABASE: ["pg_database", "dat", "datdba", "d", "DATABASE"],
  OBJECT_LANGUAGE: ["pg_language", "lan", "lanowner", "l", "LANGUAGE"],
  OBJECT_FDW: ["pg_foreign_data_wrapper", "fdw", "fdwowner", "F", "FOREIGN DATA WRAPPER"],
  OBJECT_FOREIGN_SERVER: ["pg_foreign_server", "srv", "srvowner", "S", "FOREIGN SERVER"],
  OBJECT_TABLESPACE: ["pg_tablespace", "spc", "spcowner", "t", "TABLESPACE"],
};

const RELATIONS = `(SELECT c.oid, c.relacl AS acl, c.relowner AS owner, CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END AS kind,
      CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass AS object FROM pg_class c WHERE c.oid = ANY (t.oids)) o`;
const ROUTINES = `(SELECT p.oid, p.proacl AS acl, p.proowner AS owner, 'f'::"char" AS kind, 'ROUTINE ' || p.oid::regprocedure AS object
      FROM pg_proc p WHERE p.oid = ANY (t.oids)) o`;
const TYPES = `(SELECT y.oid, y.typacl AS acl, y.typowner AS owner, 'T'::"char" AS kind, 'TYPE ' || y.oid::regtype AS object
      FROM pg_type y WHERE y.oid = ANY (t.oids)) o`;

/** Undefined for kinds that are not covered. */
export function grantedObjects({ objtype, targtype, objects = [] }: GrantStmt): GrantedObjects | undefined {
  if (targtype === "ACL_TARGET_ALL_IN_SCHEMA") return allInSchema(objtype, objects);
  if (targtype !== "ACL_TARGET_OBJECT") return undefined;
  switch (objtype) {
    case "OBJECT_TABLE":
    case "OBJECT_SEQUENCE":
      return { oids: arrayOf(nodesAs(objects, "RangeVar").map(relationOid)), rows: RELATIONS };
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
      return { oids: arrayOf(nodesAs(objects, "ObjectWithArgs").map(routineOid)), rows: ROUTINES };
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return {
        oids: arrayOf(objects.map((object) => `to_regtype(${quoteLiteral(dotted(namesOf(object)))})`)),
        rows: TYPES,
      };
    default:
      return objtype === undefined ? undefined : globals(objtype, objects);
  }
}

function globals(type: ObjectType, objects: readonly PgNode[]): GrantedObjects | undefined {
  const [catalog, prefix, owner, kind, keyword] = GLOBAL[type] ?? [];
  if (catalog === undefined) return undefined;
  const names = objects.flatMap((object) => nodeAs(object, "String")?.sval ?? []);
  return {
    oids: `ARRAY(SELECT g.oid FROM ${catalog} g WHERE g.${prefix}name = ANY (${textArray(names)}))`,
    rows: `(SELECT g.oid, g.${prefix}acl AS acl, g.${owner} AS owner, '${kind}'::"char" AS kind,
      '${keyword} ' || quote_ident(g.${prefix}name) AS object FROM ${catalog} g WHERE g.oid = ANY (t.oids)) o`,
  };
}

function allInSchema(type: ObjectType | undefined, schemas: readonly PgNode[]): GrantedObjects | undefined {
  const inSchemas = (namespace: string): string =>
    `${namespace} IN (SELECT n.oid FROM pg_namespace n WHERE n.nspname = ANY (${textArray(schemas.flatMap(namesOf))}))`;
  const relations = (kinds: string): GrantedObjects => ({
    oids: `ARRAY(SELECT c.oid FROM pg_class c WHERE c.relkind IN (${kinds}) AND ${inSchemas("c.relnamespace")})`,
    rows: RELATIONS,
  });
  const routines = (condition: string): GrantedObjects => ({
    oids: `ARRAY(SELECT p.oid FROM pg_proc p WHERE ${condition} AND ${inSchemas("p.pronamespace")})`,
    rows: ROUTINES,
  });
  switch (type) {
    case "OBJECT_TABLE":
      return relations("'r', 'v', 'm', 'f', 'p'");
    case "OBJECT_SEQUENCE":
      return relations("'S'");
    case "OBJECT_FUNCTION":
      return routines("p.prokind <> 'p'");
    case "OBJECT_PROCEDURE":
      return routines("p.prokind = 'p'");
    case "OBJECT_ROUTINE":
      return routines("true");
    default:
      return undefined;
  }
}

import type { ObjectType, ReassignOwnedStmt } from "libpg-query";
import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { Governed } from "../../model/grant.ts";
import { routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import type { Kinds } from "../catalog-store.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers } from "./applier.ts";
import { changeColumn, changeConstraint, changeIndex, changeTable } from "./edit.ts";
import { relationParts, routineNamed, statisticsNamed } from "./find-object.ts";
import { writtenName } from "./nodes.ts";
import { typeNamed } from "./type-reference.ts";

/** COMMENT ON, ALTER … OWNER TO and REASSIGN OWNED. */
export const COMMENT_APPLIERS: Appliers = {
  CommentStmt({ objtype, object, comment }, { state, unfollowed }) {
    const said = <T extends object>(one: T): T => {
      const { comment: _, ...rest } = one as T & { readonly comment?: string };
      return (comment === undefined || comment === "" ? rest : { ...rest, comment }) as T;
    };
    if (!change(objtype, object, said, state) && !changePart(objtype, object, said, state)) {
      unfollowed(`a comment on ${objtype ?? "an object"}`);
    }
  },
  AlterOwnerStmt({ objectType, object, newowner }, { state, unfollowed }) {
    const owner = newowner?.roletype === "ROLESPEC_CSTRING" ? (newowner.rolename ?? "") : state.user;
    if (!change(objectType, object, (one) => withOwner(one, owner), state)) {
      unfollowed(`the owner of ${objectType ?? "an object"}`);
    }
  },
  ReassignOwnedStmt(node, { state }) {
    reassign(node, state);
  },
};

/** Of tables; who owns what else is asked by nobody. */
function reassign({ roles, newrole }: ReassignOwnedStmt, state: CatalogState): void {
  const before = nodesAs(roles, "RoleSpec").map(({ rolename }) => rolename ?? state.user);
  const { tables } = state.store.maps;
  for (const [key, table] of [...tables.entries()]) {
    if (before.includes(table.owner)) {
      state.store.put("tables", key, withOwner(table, newrole?.rolename ?? state.user));
    }
  }
}

/** What the old owner was granted and granted is the new one's (`aclnewowner`). */
export function withOwner<T extends object>(object: T, owner: string): T {
  const { owner: before, grants } = object as Partial<Governed>;
  const renamed = (role: string): string => (role === before ? owner : role);
  const next = grants
    ?.map((grant) => ({ ...grant, grantee: renamed(grant.grantee), grantor: renamed(grant.grantor) }))
    .toSorted((one, other) => (one.grantee < other.grantee ? -1 : one.grantee > other.grantee ? 1 : 0));
  return { ...object, owner, ...(next === undefined ? {} : { grants: next }) };
}

type Change = <T extends object>(one: T) => T;

const TYPES = ["enums", "domains", "composites", "ranges"] as const;

/** Changes a whole object. False for kinds that the state does not hold. */
function change(type: ObjectType | undefined, object: PgNode | undefined, next: Change, state: CatalogState): boolean {
  const put = <K extends keyof Kinds>(kind: K, key: string): void => {
    const found = state.store.maps[kind].get(key);
    if (found !== undefined) {
      state.store.put(kind, key, next(found as Kinds[K] & object));
    }
  };
  const names = relationParts(object);
  const last = names.at(-1) ?? "";
  switch (type) {
    case "OBJECT_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_INDEX": {
      const found = state.relation(writtenName(names));
      if (found?.kind === "index") {
        changeIndex(state, found.on, found.is.name, next);
      } else if (found?.kind === "identity sequence") {
        changeColumn(state, found.table, found.column, (column) =>
          column.identity === undefined
            ? column
            : { ...column, identity: { ...column.identity, sequence: next(column.identity.sequence) } },
        );
      } else if (found !== undefined) {
        for (const kind of ["tables", "views", "materializedViews", "sequences"] as const) {
          put(kind, keyOf(found.is));
        }
      }
      return true;
    }
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN": {
      const key = keyOf(typeNamed(writtenName(names), state));
      for (const kind of TYPES) {
        put(kind, key);
      }
      return true;
    }
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE": {
      const routine = routineNamed(nodeAs(object, "ObjectWithArgs"), state);
      if (routine !== undefined) {
        const id = routineId(routine);
        const key = keyOf(routine);
        const each = <T extends typeof routine>(list: readonly T[] | undefined): readonly T[] =>
          (list ?? []).map((one) => (routineId(one) === id ? next(one) : one));
        state.store.put("routines", key, each(state.store.maps.routines.get(key)));
        state.store.put("aggregates", key, each(state.store.maps.aggregates.get(key)));
      }
      return true;
    }
    case "OBJECT_SCHEMA":
      put("schemas", last);
      return true;
    case "OBJECT_EXTENSION":
      put("extensions", last);
      return true;
    case "OBJECT_PUBLICATION":
      put("publications", last);
      return true;
    case "OBJECT_EVENT_TRIGGER":
      put("eventTriggers", last);
      return true;
    case "OBJECT_STATISTIC_EXT":
      put("statistics", keyOf(statisticsNamed(names, state)));
      return true;
    default:
      return false;
  }
}

/** Changes a part of a relation or of a domain. */
function changePart(
  type: ObjectType | undefined,
  object: PgNode | undefined,
  next: Change,
  state: CatalogState,
): boolean {
  const names = namesOf(object);
  const part = names.at(-1) ?? "";
  const on = state.resolved(writtenName(names.slice(0, -1)));
  const named = <T extends { readonly name: string }>(list: readonly T[]): readonly T[] =>
    list.map((one) => (one.name === part ? next(one) : one));
  switch (type) {
    case "OBJECT_COLUMN": {
      changeColumn(state, on, part, next);
      const { views, materializedViews, composites } = state.store.maps;
      const [view, materialized, composite] = [
        views.get(keyOf(on)),
        materializedViews.get(keyOf(on)),
        composites.get(keyOf(on)),
      ];
      if (view !== undefined) {
        state.store.put("views", keyOf(on), { ...view, columns: named(view.columns) });
      }
      if (materialized !== undefined) {
        state.store.put("materializedViews", keyOf(on), { ...materialized, columns: named(materialized.columns) });
      }
      if (composite !== undefined) {
        state.store.put("composites", keyOf(on), { ...composite, attributes: named(composite.attributes) });
      }
      return true;
    }
    case "OBJECT_TABCONSTRAINT":
      changeConstraint(state, on, part, next);
      changeTable(state, on, (table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.notNullConstraint?.name === part
            ? { ...column, notNullConstraint: next(column.notNullConstraint) }
            : column,
        ),
      }));
      return true;
    case "OBJECT_TRIGGER":
    case "OBJECT_RULE":
    case "OBJECT_POLICY":
      changeTable(state, on, (table) => ({
        ...table,
        triggers: type === "OBJECT_TRIGGER" ? named(table.triggers) : table.triggers,
        rules: type === "OBJECT_RULE" ? named(table.rules) : table.rules,
        policies: type === "OBJECT_POLICY" ? named(table.policies) : table.policies,
      }));
      return true;
    case "OBJECT_DOMCONSTRAINT": {
      const items = nodeAs(object, "List")?.items ?? [];
      const domain = state.domain(writtenName(namesOf(items[0])));
      const name = namesOf(items[1])[0] ?? "";
      if (domain !== undefined) {
        const constraints = domain.constraints.map((one) => (one.name === name ? next(one) : one));
        state.store.put("domains", keyOf(domain), { ...domain, constraints });
      }
      return true;
    }
    default:
      return false;
  }
}

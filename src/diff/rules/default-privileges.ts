import type { DefaultPrivileges } from "../../catalog/model/grant.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Access, accessFrom, initialAccess } from "../access.ts";
import { accessChanges } from "../access-changes.ts";
import type { Action } from "../action.ts";
import type { ElementKind, ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

type Value = ElementValues["default privileges"];

export const DEFAULT_PRIVILEGES: Rule<Value> = {
  create: ({ id, value }, { version }) => changes(value, initial(value, version), told(value), { creates: [id] }),
  drop: ({ id, value }, { version }) => changes(value, told(value), initial(value, version), { drops: [id] }),
  alter: ({ id, value: before }, { value: after }) => ({
    actions: changes(after, told(before), told(after), { alters: [id] }),
  }),
};

type Touched = Pick<Action, "creates" | "drops" | "alters">;

function changes({ role, schema, objects }: Value, before: Access, after: Access, touched: Touched): readonly Action[] {
  const place = schema === undefined ? "" : ` IN SCHEMA ${quoteIdentifier(schema)}`;
  const on = (privileges: readonly string[]): string => `${privileges.join(", ")} ON ${objects.toUpperCase()}`;
  return accessChanges(before, after, on).map((change) => ({
    sql: `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(role)}${place} ${change}`,
    ...touched,
  }));
}

/** Who owns the objects can grant on them anyway. */
const told = ({ grants, role }: Value): Access =>
  accessFrom(
    grants.map(({ grantee, privilege, grantable }) => ({
      grantee,
      privilege,
      grantable: grantable && grantee !== role,
    })),
  );

/** What everywhere holds without an entry; those of one schema come on top of it, and begin with nothing. */
function initial({ schema, objects, role }: Value, version: number): Access {
  if (schema !== undefined) {
    return new Map();
  }
  const kind = KINDS[objects];
  return kind === undefined
    ? accessFrom(["SELECT", "UPDATE"].map((privilege) => ({ grantee: role, privilege, grantable: false })))
    : initialAccess(kind, role, version);
}

/** Large objects are nobody's elements. */
const KINDS: Readonly<Record<DefaultPrivileges["objects"], ElementKind | undefined>> = {
  tables: "table",
  sequences: "sequence",
  functions: "routine",
  types: "domain",
  schemas: "schema",
  "large objects": undefined,
};

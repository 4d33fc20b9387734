import type { DefaultPrivileges, Grant } from "../../catalog/model/grant.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { roleName } from "./role-name.ts";

type Value = ElementValues["default privileges"];
type Right = Pick<Grant, "grantee" | "privilege" | "grantable">;

export const DEFAULT_PRIVILEGES: Rule<Value> = {
  create: ({ id, value }, { version }) => changes(value, initial(value, version), rightsOf(value), { creates: [id] }),
  drop: ({ id, value }, { version }) => changes(value, rightsOf(value), initial(value, version), { drops: [id] }),
  alter: ({ id, value: before }, { value: after }) => ({
    actions: changes(after, rightsOf(before), rightsOf(after), { alters: [id] }),
  }),
};

type Touched = Pick<Action, "creates" | "drops" | "alters">;

function changes(of: Value, before: readonly Right[], after: readonly Right[], touched: Touched): readonly Action[] {
  const gone = before.filter((right) => !after.some((one) => isSame(one, right)));
  const lessened = before.filter(
    (right) => right.grantable && after.some((one) => isSame(one, right) && !one.grantable),
  );
  const come = after.filter(
    (right) => !before.some((one) => isSame(one, right) && (one.grantable || !right.grantable)),
  );
  return [
    ...byGrantee(gone, (what, who) => `REVOKE ${what} ON ${objectsOf(of)} FROM ${who}`),
    ...byGrantee(lessened, (what, who) => `REVOKE GRANT OPTION FOR ${what} ON ${objectsOf(of)} FROM ${who}`),
    ...byGrantee(
      come.filter(({ grantable }) => !grantable),
      (what, who) => `GRANT ${what} ON ${objectsOf(of)} TO ${who}`,
    ),
    ...byGrantee(
      come.filter(({ grantable }) => grantable),
      (what, who) => `GRANT ${what} ON ${objectsOf(of)} TO ${who} WITH GRANT OPTION`,
    ),
  ].map((change) => ({ sql: `ALTER DEFAULT PRIVILEGES ${scopeOf(of)} ${change}`, ...touched }));
}

const scopeOf = ({ role, schema }: Value): string =>
  `FOR ROLE ${quoteIdentifier(role)}${schema === undefined ? "" : ` IN SCHEMA ${quoteIdentifier(schema)}`}`;

const objectsOf = ({ objects }: Value): string => objects.toUpperCase();

const isSame = (a: Right, b: Right): boolean => a.grantee === b.grantee && a.privilege === b.privilege;

const byGrantee = (rights: readonly Right[], say: (what: string, who: string) => string): readonly string[] =>
  [...Map.groupBy(rights, ({ grantee }) => grantee)].map(([grantee, list]) =>
    say(list.map(({ privilege }) => privilege).join(", "), roleName(grantee)),
  );

/** Who owns the objects can grant on them anyway. */
const rightsOf = ({ grants, role }: Value): readonly Right[] =>
  grants.map((grant) => ({ ...grant, grantable: grant.grantable && grant.grantee !== role }));

/** What everywhere holds without an entry; those of one schema come on top of it, and begin with nothing. */
function initial({ schema, objects, role }: Value, version: number): readonly Right[] {
  if (schema !== undefined) {
    return [];
  }
  const { own, everybody } = INITIAL[objects];
  return [
    ...own
      .filter((privilege) => privilege !== "MAINTAIN" || version >= 170_000)
      .map((privilege) => ({ grantee: role, privilege, grantable: false })),
    ...everybody.map((privilege) => ({ grantee: "public", privilege, grantable: false })),
  ];
}

const INITIAL: Readonly<
  Record<DefaultPrivileges["objects"], { readonly own: readonly string[]; readonly everybody: readonly string[] }>
> = {
  tables: {
    own: ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"],
    everybody: [],
  },
  sequences: { own: ["SELECT", "UPDATE", "USAGE"], everybody: [] },
  functions: { own: ["EXECUTE"], everybody: ["EXECUTE"] },
  types: { own: ["USAGE"], everybody: ["USAGE"] },
  schemas: { own: ["USAGE", "CREATE"], everybody: [] },
  "large objects": { own: ["SELECT", "UPDATE"], everybody: [] },
};

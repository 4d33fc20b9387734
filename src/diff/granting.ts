import type { DefaultPrivileges } from "../catalog/model/grant.ts";
import { type Access, accessFrom, accessOf, initialAccess, ownerOf, type Right } from "./access.ts";
import { accessChanges } from "./access-changes.ts";
import type { Element } from "./element.ts";
import type { ElementKind } from "./element-values.ts";
import type { Noun, Sides } from "./rule.ts";

type Granting = (before: Element | undefined, after: Element, noun: Noun) => readonly string[];

/** GRANT and REVOKE from one access list to another; `before` is undefined for what is new. */
export function granting(sides: Sides): Granting {
  const { from, to, version } = sides;
  const defaults = [...from.catalog.defaultPrivileges, ...to.catalog.defaultPrivileges];
  return (before, after, { grant, columns = "" }) => {
    if (grant === undefined) return [];
    const owner = ownerOf(after, to);
    const wanted = accessOf(after, owner, owner, version);
    const on = (privileges: readonly string[]): string =>
      `${privileges.map((one) => (columns === "" ? one : `${one} ${columns}`)).join(", ")} ON ${grant}`;
    if (before !== undefined) {
      const there = accessOf(before, ownerOf(before, from), owner, version);
      const revoked = revokedAbove(after, sides);
      return accessChanges(accessFrom([...there.values()].filter((right) => !revoked(right))), wanted, on);
    }
    const initial = initialAccess(after.kind, owner, version);
    const unsure = unsureAt(after, defaults, initial);
    const sure = [...initial].filter(([key]) => !unsure.has(key));
    const away = [...unsure].filter(([key]) => !wanted.has(key));
    return accessChanges(new Map([...sure, ...away]), wanted, on);
  };
}

/** What is taken from a table is taken from its columns too. */
function revokedAbove({ kind, parent = "" }: Element, { from, to, version }: Sides): (right: Right) => boolean {
  const [before, after] = [from.elements.get(parent), to.elements.get(parent)];
  if (kind !== "column" || before === undefined || after === undefined) {
    return () => false;
  }
  const there = accessOf(before, before.owner, after.owner, version);
  const wanted = accessOf(after, after.owner, after.owner, version);
  const gone = [...there].filter(([key]) => !wanted.has(key)).map(([, right]) => right);
  return ({ privilege, grantee }) => gone.some((one) => one.privilege === privilege && one.grantee === grantee);
}

/** Grants that do not change, and that a statement about the table would take away. */
export const losesGrants = (element: Element, sides: Sides): boolean =>
  // Hardly anything has any: what is above need not be looked at.
  element.grants !== undefined && element.grants.length > 0 && element.grants.some(revokedAbove(element, sides));

const OBJECTS: { readonly [K in ElementKind]?: DefaultPrivileges["objects"] } = {
  table: "tables",
  view: "tables",
  "materialized view": "tables",
  sequence: "sequences",
  "identity sequence": "sequences",
  routine: "functions",
  aggregate: "functions",
  enum: "types",
  composite: "types",
  domain: "types",
  range: "types",
  schema: "schemas",
};

/** What somebody's default privileges may have given to, or kept from, something new. */
function unsureAt({ kind, value }: Element, defaults: readonly DefaultPrivileges[], initial: Access): Access {
  const unsure = new Map<string, Right>();
  const objects = OBJECTS[kind];
  const { schema } = value as { readonly schema?: string };
  for (const entry of defaults) {
    if (entry.objects !== objects || (entry.schema !== undefined && entry.schema !== schema)) continue;
    const given = accessFrom(
      entry.grants
        .filter(({ grantee }) => grantee !== entry.role)
        .map(({ grantee, privilege, grantable }) => ({ grantee, privilege, grantable })),
    );
    for (const [key, right] of given) unsure.set(key, right);
    if (entry.schema === undefined) {
      for (const [key, right] of initial) {
        if (right.grantee === "public" && !given.has(key)) unsure.set(key, right);
      }
    }
  }
  return unsure;
}

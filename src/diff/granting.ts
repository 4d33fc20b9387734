import type { DefaultPrivileges, Grant } from "../catalog/model/grant.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import type { Element } from "./element.ts";
import type { ElementKind } from "./element-values.ts";
import type { Noun, Sides } from "./rule.ts";

/** Whether it may be granted on, by grantee and privilege. */
type Access = ReadonlyMap<string, Right>;

interface Right {
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

type Granting = (before: Element | undefined, after: Element, noun: Noun) => readonly string[];

/** GRANT and REVOKE from one access list to another. Who granted does not count. */
export function granting({ from, to, version }: Sides): Granting {
  const defaults = [...from.catalog.defaultPrivileges, ...to.catalog.defaultPrivileges];
  return (before, after, noun) => {
    if (noun.grant === undefined) return [];
    const wanted = accessOf(after, after.owner, version);
    const unsure = before === undefined ? unsureAt(after, defaults, version) : new Map<string, Right>();
    const there = before === undefined ? initialAccess(after, version) : accessOf(before, after.owner, version);
    const revoked: Right[] = [];
    const granted: Right[] = [];
    const regrants: Right[] = [];
    for (const [key, right] of [...there, ...unsure]) {
      if (!wanted.has(key)) revoked.push(right);
      else if (right.grantable && wanted.get(key)?.grantable === false) regrants.push(right);
    }
    for (const [key, right] of wanted) {
      const old = there.get(key);
      if (old === undefined || unsure.has(key) || (right.grantable && !old.grantable)) granted.push(right);
    }
    return [
      ...grouped(revoked, noun, (what, who) => `REVOKE ${what} FROM ${who}`),
      ...grouped(regrants, noun, (what, who) => `REVOKE GRANT OPTION FOR ${what} FROM ${who}`),
      ...grouped(
        granted.filter(({ grantable }) => !grantable),
        noun,
        (what, who) => `GRANT ${what} TO ${who}`,
      ),
      ...grouped(
        granted.filter(({ grantable }) => grantable),
        noun,
        (what, who) => `GRANT ${what} TO ${who} WITH GRANT OPTION`,
      ),
    ];
  };
}

/** Whether two access lists allow the same, whether written down or not. */
export function allowSame(before: Element, after: Element, version: number): boolean {
  const left = accessOf(before, after.owner, version);
  const right = accessOf(after, after.owner, version);
  return left.size === right.size && [...left].every(([key, { grantable }]) => right.get(key)?.grantable === grantable);
}

function grouped(rights: readonly Right[], noun: Noun, say: (what: string, who: string) => string): string[] {
  const byGrantee = new Map<string, Set<string>>();
  for (const { grantee, privilege } of rights) {
    byGrantee.set(grantee, (byGrantee.get(grantee) ?? new Set()).add(privilege));
  }
  return [...byGrantee].map(([grantee, privileges]) => {
    const list = [...privileges].map((one) => (noun.columns === undefined ? one : `${one} ${noun.columns}`));
    return say(`${list.join(", ")} ON ${noun.grant ?? ""}`, grantee === "public" ? "PUBLIC" : quoteIdentifier(grantee));
  });
}

/** With a change of owner, what the old one had is the new one's. */
function accessOf(element: Element, owner: string | undefined, version: number): Access {
  if (element.grants === undefined)
    return initialAccess({ ...element, ...(owner === undefined ? {} : { owner }) }, version);
  const access = new Map<string, Right>();
  for (const { grantee, privilege, grantable } of element.grants) {
    const holder = grantee === element.owner && owner !== undefined ? owner : grantee;
    put(access, { grantee: holder, privilege, grantable: grantable && holder !== owner });
  }
  return access;
}

/** What the server gives by itself (`acldefault`). The owner's grant option goes without saying. */
function initialAccess({ kind, owner }: Element, version: number): Map<string, Right> {
  const access = new Map<string, Right>();
  const { own, everybody = [] } = INITIAL[kind] ?? { own: [] };
  for (const privilege of own) {
    if (owner !== undefined && (privilege !== "MAINTAIN" || version >= 170_000)) {
      put(access, { grantee: owner, privilege, grantable: false });
    }
  }
  for (const privilege of everybody) put(access, { grantee: "public", privilege, grantable: false });
  return access;
}

function put(access: Map<string, Right>, right: Right): void {
  access.set(`${right.privilege} ${right.grantee}`, right);
}

const TABLE = ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"];
const ROUTINE = { own: ["EXECUTE"], everybody: ["EXECUTE"] };
const TYPE = { own: ["USAGE"], everybody: ["USAGE"] };

const INITIAL: {
  readonly [K in ElementKind]?: { readonly own: readonly string[]; readonly everybody?: readonly string[] };
} = {
  table: { own: TABLE },
  view: { own: TABLE },
  "materialized view": { own: TABLE },
  sequence: { own: ["SELECT", "UPDATE", "USAGE"] },
  routine: ROUTINE,
  aggregate: ROUTINE,
  enum: TYPE,
  composite: TYPE,
  domain: TYPE,
  range: TYPE,
  schema: { own: ["USAGE", "CREATE"] },
  "foreign data wrapper": { own: ["USAGE"] },
  "foreign server": { own: ["USAGE"] },
};

const OBJECTS: { readonly [K in ElementKind]?: DefaultPrivileges["objects"] } = {
  table: "tables",
  view: "tables",
  "materialized view": "tables",
  sequence: "sequences",
  routine: "functions",
  aggregate: "functions",
  enum: "types",
  composite: "types",
  domain: "types",
  range: "types",
  schema: "schemas",
};

/** What somebody's default privileges may have given to, or kept from, something new. */
function unsureAt(element: Element, defaults: readonly DefaultPrivileges[], version: number): Map<string, Right> {
  const unsure = new Map<string, Right>();
  const objects = OBJECTS[element.kind];
  const schema = (element.value as { readonly schema?: string }).schema;
  const initial = initialAccess(element, version);
  for (const entry of defaults) {
    if (entry.objects !== objects || (entry.schema !== undefined && entry.schema !== schema)) continue;
    const given = new Map<string, Right>();
    for (const grant of entry.grants) {
      if (!isOwn(grant, entry)) put(given, grant);
    }
    for (const [key, right] of given) unsure.set(key, right);
    if (entry.schema === undefined) {
      for (const [key, right] of initial) {
        if (right.grantee === "public" && !given.has(key)) unsure.set(key, right);
      }
    }
  }
  return unsure;
}

const isOwn = (grant: Grant, { role }: DefaultPrivileges): boolean => grant.grantee === role;

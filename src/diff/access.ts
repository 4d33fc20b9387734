import type { Element } from "./element.ts";
import type { ElementKind } from "./element-values.ts";
import type { Side, Sides } from "./rule.ts";

/** One privilege of one role, as one other gave it. */
export interface Right {
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
  /** Undefined: the owner. */
  readonly grantor?: string;
}

/** By privilege, grantee and grantor. */
export type Access = ReadonlyMap<string, Right>;

export function accessFrom(rights: Iterable<Right>): Map<string, Right> {
  return new Map([...rights].map((right) => [keyOf(right), right]));
}

const keyOf = ({ privilege, grantee, grantor = "" }: Right): string => JSON.stringify([privilege, grantee, grantor]);

/** A column is its table's owner's, and so is its sequence. */
export function ownerOf({ owner, parent }: Element, side: Side): string | undefined {
  const above = owner === undefined && parent !== undefined ? side.elements.get(parent) : undefined;
  return above === undefined ? owner : ownerOf(above, side);
}

/**
 * Who may do what, whether it is written down or not.
 *
 * @param was the owner
 * @param owner who is the owner in the end: what the old one had and gave is the new one's
 */
export function accessOf(
  element: Element,
  was: string | undefined,
  owner: string | undefined,
  version: number,
): Access {
  if (element.grants === undefined) {
    return initialAccess(element.kind, owner, version);
  }
  const now = (role: string): string => (role === was && owner !== undefined ? owner : role);
  return accessFrom(
    element.grants.map(({ grantee, grantor, privilege, grantable }) => ({
      grantee: now(grantee),
      privilege,
      // The owner may always grant.
      grantable: grantable && now(grantee) !== owner,
      ...(owner === undefined || now(grantor) === owner ? {} : { grantor }),
    })),
  );
}

/** Whether two access lists allow the same. */
export function allowSame(before: Element, after: Element, { from, to, version }: Sides): boolean {
  const owner = ownerOf(after, to);
  const left = accessOf(before, ownerOf(before, from), owner, version);
  const right = accessOf(after, owner, owner, version);
  return left.size === right.size && [...left].every(([key, { grantable }]) => right.get(key)?.grantable === grantable);
}

interface Initial {
  readonly own: readonly string[];
  readonly everybody?: readonly string[];
}

/** What the server gives by itself (`acldefault`). The owner's grant option goes without saying. */
export function initialAccess(kind: ElementKind, owner: string | undefined, version: number): Access {
  const { own, everybody = [] } = INITIAL[kind] ?? { own: [] };
  const owns = owner === undefined ? [] : own.filter((privilege) => privilege !== "MAINTAIN" || version >= PG17);
  return accessFrom([
    ...owns.map((privilege) => ({ grantee: owner ?? "", privilege, grantable: false })),
    ...everybody.map((privilege) => ({ grantee: "public", privilege, grantable: false })),
  ]);
}

const PG17 = 170_000;
const TABLE = { own: ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"] };
const SEQUENCE = { own: ["SELECT", "UPDATE", "USAGE"] };
const ROUTINE = { own: ["EXECUTE"], everybody: ["EXECUTE"] };
const TYPE = { own: ["USAGE"], everybody: ["USAGE"] };

const INITIAL: { readonly [K in ElementKind]?: Initial } = {
  table: TABLE,
  view: TABLE,
  "materialized view": TABLE,
  sequence: SEQUENCE,
  "identity sequence": SEQUENCE,
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

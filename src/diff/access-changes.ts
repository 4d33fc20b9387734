import { quoteIdentifier } from "../sql/quote.ts";
import type { Access, Right } from "./access.ts";
import { roleName } from "./rules/role-name.ts";

/**
 * REVOKE and GRANT from one access list to another: what others gave by a right is taken away before that right, and
 * given after it.
 *
 * @param on from the privilege to its object: `SELECT` gives `SELECT ON TABLE public.t`
 */
export function accessChanges(there: Access, wanted: Access, on: (privileges: readonly string[]) => string): string[] {
  const taken = [...there].flatMap(([key, right]): Step[] => {
    const left = wanted.get(key);
    const depth = depthOf(right, there);
    if (left === undefined) {
      return [{ right, depth, verb: "REVOKE", tail: "" }];
    }
    return right.grantable && !left.grantable ? [{ right, depth, verb: "REVOKE GRANT OPTION FOR", tail: "" }] : [];
  });
  const given = [...wanted].flatMap(([key, right]): Step[] => {
    const old = there.get(key);
    return old === undefined || (right.grantable && !old.grantable)
      ? [{ right, depth: depthOf(right, wanted), verb: "GRANT", tail: right.grantable ? " WITH GRANT OPTION" : "" }]
      : [];
  });
  return [
    ...said(
      taken.toSorted((a, b) => b.depth - a.depth),
      on,
    ),
    ...said(
      given.toSorted((a, b) => a.depth - b.depth || a.tail.length - b.tail.length),
      on,
    ),
  ];
}

interface Step {
  readonly right: Right;
  /** How many others stand between the owner and who gave it. */
  readonly depth: number;
  readonly verb: string;
  readonly tail: string;
}

function depthOf({ privilege, grantor }: Right, access: Access, seen: ReadonlySet<string> = new Set()): number {
  if (grantor === undefined || seen.has(grantor)) {
    return 0;
  }
  const by = [...access.values()].find(
    (right) => right.grantable && right.privilege === privilege && right.grantee === grantor,
  );
  return by === undefined ? 1 : 1 + depthOf(by, access, new Set([...seen, grantor]));
}

function said(steps: readonly Step[], on: (privileges: readonly string[]) => string): string[] {
  const groups = Map.groupBy(steps, ({ verb, tail, depth, right }) =>
    JSON.stringify([verb, tail, depth, right.grantor, right.grantee]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) {
      return [];
    }
    const { verb, tail, right } = first;
    const what = on(group.map((step) => step.right.privilege));
    const sql = `${verb} ${what} ${verb === "GRANT" ? "TO" : "FROM"} ${roleName(right.grantee)}${tail}`;
    // Nobody else can grant, or take back, in another's name.
    return right.grantor === undefined ? [sql] : [`SET ROLE ${quoteIdentifier(right.grantor)}`, sql, "RESET ROLE"];
  });
}

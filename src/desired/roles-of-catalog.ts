import type { Catalog } from "../catalog/catalog.ts";
import type { Session } from "../postgres/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";

/** Fields that hold names of roles. */
const NAMES: ReadonlySet<string> = new Set(["owner", "grantee", "grantor", "role", "user"]);
/** What stands where a role may, and is none. */
const NO_ROLES: ReadonlySet<string> = new Set(["", "public"]);

/**
 * Makes the roles that catalogs name, on a server of ours that lacks them; the one who is to run statements may do
 * everything.
 */
export async function makeRolesOf(session: Session, catalogs: readonly Catalog[], runner?: string): Promise<void> {
  const named = new Set(runner === undefined ? [] : [runner]);
  for (const { facts: _, dependencies: __, ...lists } of catalogs) collect(lists, named);
  await makeRoles(session, named, runner);
}

/** Makes those of the roles that are not there. */
export async function makeRoles({ query }: Session, roles: Iterable<string>, runner?: string): Promise<void> {
  const there = new Set(
    (await query<{ name: string }>("SELECT rolname AS name FROM pg_roles")).map(({ name }) => name),
  );
  for (const role of roles) {
    if (NO_ROLES.has(role) || there.has(role)) continue;
    await query(`CREATE ROLE ${quoteIdentifier(role)}${role === runner ? " SUPERUSER LOGIN" : ""}`);
  }
}

function collect(value: unknown, named: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, named);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (NAMES.has(key) && typeof item === "string") named.add(item);
      else if (key === "roles" && Array.isArray(item)) for (const role of item) named.add(String(role));
      else collect(item, named);
    }
  }
}

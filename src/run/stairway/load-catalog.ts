import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { diffCatalogs } from "../../diff/diff-catalogs.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { databaseError } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { quoteIdentifier } from "../../sql/quote.ts";

/**
 * Makes the schema of a catalog in an empty database.
 *
 * @param ownServer roles that it names are made; on other servers owners and privileges are left out
 * @throws LockkeeperError `schema_invalid` for what cannot be made there
 */
export async function loadCatalog(session: Session, catalog: Catalog, ownServer: boolean): Promise<void> {
  if (ownServer) await makeRoles(session, catalog);
  const empty = await readCatalog(session.query);
  const { statements } = diffCatalogs(empty, catalog, ownServer ? {} : { owners: false, grants: false });
  await session.query("SET check_function_bodies = off");
  for (const { sql } of statements) {
    try {
      await session.query(sql);
    } catch (cause) {
      const refusal = databaseError(cause);
      if (refusal === undefined) throw cause;
      throw new LockkeeperError("schema_invalid", {
        message: `The schema cannot be made in a scratch database: ${refusal.message} (${sql.slice(0, 200)})`,
        action: "Name a server that has what it needs, such as its extensions, with --scratch URL.",
        notDone: "Nothing was run.",
        cause,
      });
    }
  }
  await session.query("RESET check_function_bodies");
}

async function makeRoles(session: Session, catalog: Catalog): Promise<void> {
  const named = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      for (const [key, one] of Object.entries(value)) {
        if (NAMING.has(key)) for (const role of [one].flat()) typeof role === "string" && named.add(role);
        else visit(one);
      }
    }
  };
  visit({ ...catalog, dependencies: [], facts: {} });
  const rows = await session.query<{ name: string }>("SELECT rolname AS name FROM pg_roles");
  const there = new Set(["public", ...rows.map(({ name }) => name)]);
  for (const role of named) {
    if (!there.has(role)) await session.query(`CREATE ROLE ${quoteIdentifier(role)}`);
  }
}

const NAMING: ReadonlySet<string> = new Set(["owner", "grantee", "grantor", "role", "roles", "user"]);

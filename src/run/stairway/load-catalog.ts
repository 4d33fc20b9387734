import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { makeRolesOf } from "../../desired/roles-of-catalog.ts";
import { diffCatalogs } from "../../diff/diff-catalogs.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { databaseError } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";

/**
 * Makes the schema of a catalog in an empty database.
 *
 * @param ownServer roles that it names are made; on other servers owners and privileges are left out
 * @throws LockkeeperError `schema_invalid` for what cannot be made there
 */
export async function loadCatalog(session: Session, catalog: Catalog, ownServer: boolean): Promise<void> {
  if (ownServer) await makeRolesOf(session, [catalog]);
  const empty = await readCatalog(session.query);
  const { statements } = diffCatalogs(empty, catalog, ownServer ? {} : { owners: false, grants: false });
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

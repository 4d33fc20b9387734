import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import type { Session } from "../postgres/session.ts";
import { type Ignored, schemaPatterns, withoutLeftAlone } from "./left-alone.ts";
import { readManaged } from "./managed.ts";

/**
 * The catalog of a database as far as it is the project's: without what extensions, partition managers and migration
 * tools make there, and without what the project ignores. Changes nothing.
 *
 * @throws LockkeeperError those of `readCatalog`, `permission_denied` for what a partition manager keeps
 */
export async function readState(session: Session, ignored: Ignored): Promise<Catalog> {
  const managed = await readManaged(session);
  const { schemas, ignore = [] } = ignored;
  const catalog = await readCatalog(session.query, {
    schemas: {
      ...(schemas === undefined ? {} : { include: schemas }),
      exclude: [...schemaPatterns(ignore), ...managed.schemas],
    },
  });
  return withoutLeftAlone(catalog, ignored, managed);
}

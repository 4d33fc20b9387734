import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import type { Session } from "../postgres/session.ts";
import { type Ignored, type Managed, schemaPatterns, withoutLeftAlone } from "./left-alone.ts";
import { readKeptAhead, readManaged } from "./managed.ts";

/** A schema, and what of its database is somebody else's to make and to remove. */
export interface ReadState {
  readonly catalog: Catalog;
  readonly managed: Managed;
}

/**
 * The catalog of a database as far as it is the project's: without what extensions, partition managers and migration
 * tools make there, partitions that Lockkeeper makes for times to come, and what the project ignores. Changes nothing.
 *
 * @throws LockkeeperError those of `readCatalog`, `permission_denied` for what a partition manager keeps
 */
export async function readState(session: Session, ignored: Ignored): Promise<ReadState> {
  const others = await readManaged(session);
  const managed = { ...others, parents: [...others.parents, ...(await readKeptAhead(session))] };
  const { schemas, ignore = [] } = ignored;
  const catalog = await readCatalog(session.query, {
    schemas: {
      ...(schemas === undefined ? {} : { include: schemas }),
      exclude: [...schemaPatterns(ignore), ...managed.schemas],
    },
  });
  return { catalog: withoutLeftAlone(catalog, ignored, managed), managed };
}

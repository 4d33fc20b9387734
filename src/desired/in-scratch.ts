import type { Catalog } from "../catalog/catalog.ts";
import type { ScratchDatabase } from "../postgres/scratch-database.ts";
import { connect, type Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { loadSchema } from "./load-schema.ts";
import { openScratch, type ScratchChoice } from "./open-scratch.ts";
import type { LeftOut, SchemaSource } from "./schema-source.ts";
import type { TimeLimit } from "./time-limit.ts";

/** Where a scratch database may be made, and how long what is done there may last. */
export interface ScratchOptions {
  readonly places: ScratchChoice;
  /** ms for each statement. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A scratch database of which nobody else knows, and a session in it. */
export interface Scratch {
  readonly session: Session;
  readonly database: ScratchDatabase;
  readonly limit: TimeLimit;
  /** The server is ours alone and goes away with the database. */
  readonly ownServer: boolean;
}

/**
 * Does something in a scratch database, which is dropped afterwards.
 *
 * @throws LockkeeperError `scratch_unavailable`, `scratch_not_empty`; what `work` throws
 */
export async function inScratch<T>(
  { places, timeoutMs, signal }: ScratchOptions,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  await using database = await openScratch(places);
  await loadParser();
  await using session = await connect(database.url, { applicationName: "lockkeeper scratch" });
  const limit = { server: database.server, timeoutMs, signal };
  return await work({ session, database, limit, ownServer: database.place === "embedded server" });
}

/**
 * The catalog of what SQL makes.
 *
 * @throws LockkeeperError `scratch_unavailable`, and those of `loadSchema` and `readCatalog`
 */
export async function catalogOfSchema(
  { schema, ...options }: ScratchOptions & { readonly schema: readonly SchemaSource[] },
  read: (session: Session) => Promise<Catalog>,
): Promise<{ readonly catalog: Catalog; readonly leftOut: readonly LeftOut[] }> {
  return await inScratch(options, async ({ session, limit, ownServer }) => {
    const { leftOut } = await loadSchema(session, schema, { ownServer, limit });
    return { catalog: withoutName(await read(session)), leftOut };
  });
}

/** The name of a scratch database is another one each time. */
export const withoutName = ({ facts, ...catalog }: Catalog): Catalog => ({
  ...catalog,
  facts: { ...facts, server: { ...facts.server, database: "scratch" } },
});

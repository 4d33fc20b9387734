import { setTimeout } from "node:timers/promises";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { assembleCatalog } from "./assemble/assemble-catalog.ts";
import type { Catalog } from "./catalog.ts";
import { inSnapshot, type Snapshot } from "./read/in-snapshot.ts";
import type { Query } from "./read/query.ts";
import { type CatalogRows, readRows } from "./read/rows.ts";
import type { SchemaPatterns } from "./read/schema-patterns.ts";
import { readServer } from "./read/server.ts";
import { settledRows } from "./read/settled-rows.ts";
import { isTorn, isTornError } from "./read/torn.ts";
import { sampleWrites, writesPerSecond } from "./read/writes.ts";

export interface ReadCatalogOptions {
  readonly schemas?: SchemaPatterns;
  /** Read sizes, statistics and times of the relations too. Default false. */
  readonly facts?: boolean;
  /** Read what belongs to extensions too. Default false. */
  readonly extensions?: boolean;
  /** ms; count what is written to the tables for so long. Implies `facts`. */
  readonly sampleWritesMs?: number;
  /** Default `own`. */
  readonly snapshot?: Snapshot;
  /** ms; how long to wait for each lock. Default: the session's own. */
  readonly lockTimeoutMs?: number;
}

/**
 * Reads the catalog of the connected database: in ten queries whatever it holds, in twelve with `sampleWritesMs`.
 * It changes nothing and leaves no setting behind.
 *
 * Like every reader of views it takes ACCESS SHARE on what views select from, and waits for whoever holds ACCESS
 * EXCLUSIVE on that; so do the functions that measure relations.
 *
 * @param query of a session that nobody else uses meanwhile
 * @throws LockkeeperError `server_unsupported`; `wait_timeout` when the schema never stands still; the driver's error
 *   when a query fails
 */
export async function readCatalog(query: Query, options: ReadCatalogOptions = {}): Promise<Catalog> {
  const { schemas = {}, extensions = false, sampleWritesMs, snapshot = "own", lockTimeoutMs } = options;
  const facts = options.facts === true || sampleWritesMs !== undefined;
  const server = await readServer(query);
  const first = sampleWritesMs === undefined ? undefined : await sampleWrites(query);
  const rows = await readWhole(() =>
    inSnapshot(query, { snapshot, lockTimeoutMs }, () =>
      readRows(query, { version: server.version, schemas, facts, extensions }),
    ),
  );
  if (first === undefined || sampleWritesMs === undefined) {
    return assembleCatalog(rows, { server, facts, writes: undefined });
  }
  await setTimeout(Math.max(0, first.atMs + sampleWritesMs - performance.now()));
  const writes = writesPerSecond(first, await sampleWrites(query));
  return assembleCatalog(rows, { server, facts, writes });
}

/** Where tables come and go without a pause, few readings meet none that goes. */
const ATTEMPTS = 30;

/** Reads again when an object was dropped between two queries. */
async function readWhole(read: () => Promise<CatalogRows>): Promise<CatalogRows> {
  let cause: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const rows = await read();
      if (!isTorn(rows)) {
        return settledRows(rows);
      }
    } catch (error) {
      if (!isTornError(error)) {
        throw error;
      }
      cause = error;
    }
    // Out of step with who drops them.
    await setTimeout(Math.random() * attempt);
  }
  throw new LockkeeperError("wait_timeout", {
    message: `Objects were dropped while the catalog was read, ${ATTEMPTS} times in a row.`,
    notDone: "The catalog was not read.",
    action: "Read it again when fewer tables come and go.",
    cause,
  });
}

import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import type { Plan } from "../plan/plan.ts";
import { createScratchDatabase, type ScratchDatabase, type ScratchPlaces } from "../postgres/scratch-database.ts";
import { connect, type Session } from "../postgres/session.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { type LeftOut, loadSchema, type SchemaSource } from "./load-schema.ts";
import { fillTables } from "./rows/fill-tables.ts";
import type { TimeLimit } from "./time-limit.ts";
import { tracePlan } from "./trace-plan.ts";
import type { TraceReport } from "./trace-report.ts";

export interface ScratchOptions {
  readonly places: ScratchPlaces;
  /** What is there before, in this order where it matters. */
  readonly schema: readonly SchemaSource[];
  /** ms for each statement. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface TraceOptions extends ScratchOptions {
  /** Plans the migration on the catalog that it finds; the state is changed to the one behind it. */
  readonly plan: (state: CatalogState) => Promise<Plan>;
  readonly file: string;
}

/**
 * Runs a migration in a scratch database with its schema and a few rows in each table, and looks at what its statements
 * do.
 *
 * @throws LockkeeperError `scratch_unavailable`, those of `loadSchema`, of `plan`, `interrupted`; the driver's error when
 *   a connection is lost
 */
export async function traceMigration({ plan, file, ...options }: TraceOptions): Promise<TraceReport> {
  await using scratch = await createScratchDatabase(options.places);
  const limit = limitOf(scratch, options);
  const ownServer = scratch.place === "embedded server";
  const { leftOut, rows, catalog, user } = await onSession(scratch, async (session) => {
    const left = await loadSchema(session, options.schema, { ownServer, limit });
    const filled = await fillTables(session, await readCatalog(session.query), limit);
    // Where a plan keeps the functions of its triggers; a run makes it with its state.
    await session.query("CREATE SCHEMA IF NOT EXISTS lockkeeper");
    const [me] = await session.query<{ user: string }>("SELECT current_user AS user");
    return {
      leftOut: left,
      rows: filled,
      catalog: await readCatalog(session.query, { facts: true }),
      user: me?.user ?? "",
    };
  });
  const planned = await plan(CatalogState.of(catalog, { user }));
  const state = CatalogState.of(catalog, { user });
  const steps = await tracePlan(planned, { url: scratch.url, state, limit, ownServer });
  const statements = steps.flatMap((step) => step.statements);
  return {
    migration: planned.migration,
    file,
    serverVersion: catalog.facts.server.version,
    place: scratch.place,
    passedOver: scratch.passedOver,
    leftOut,
    rows,
    steps,
    differences: statements.reduce((sum, one) => sum + one.differences, 0),
    isWhole: steps.every(({ outcome }) => outcome === "done" || outcome === "skipped"),
  };
}

/**
 * The catalog of what SQL files make.
 *
 * @throws LockkeeperError `scratch_unavailable`, and those of `loadSchema` and `readCatalog`
 */
export async function catalogOfSchema(
  options: ScratchOptions,
  read: (session: Session) => Promise<Catalog>,
): Promise<{ readonly catalog: Catalog; readonly leftOut: readonly LeftOut[] }> {
  await using scratch = await createScratchDatabase(options.places);
  const ownServer = scratch.place === "embedded server";
  return await onSession(scratch, async (session) => {
    const leftOut = await loadSchema(session, options.schema, { ownServer, limit: limitOf(scratch, options) });
    return { catalog: withoutName(await read(session)), leftOut };
  });
}

/** The name of the scratch database is another one each time. */
const withoutName = ({ facts, ...catalog }: Catalog): Catalog => ({
  ...catalog,
  facts: { ...facts, server: { ...facts.server, database: "scratch" } },
});

const limitOf = ({ server }: ScratchDatabase, { timeoutMs, signal }: ScratchOptions): TimeLimit => ({
  server,
  timeoutMs,
  signal,
});

async function onSession<T>({ url }: ScratchDatabase, work: (session: Session) => Promise<T>): Promise<T> {
  await loadParser();
  await using session = await connect(url, { applicationName: "lockkeeper scratch" });
  return await work(session);
}

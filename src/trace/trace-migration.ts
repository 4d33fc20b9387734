import { readCatalog } from "../catalog/read-catalog.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import { inScratch, type Scratch, type ScratchOptions } from "../desired/in-scratch.ts";
import { loadSchema } from "../desired/load-schema.ts";
import type { SchemaSource } from "../desired/schema-source.ts";
import type { Plan } from "../plan/plan.ts";
import { fillTables } from "./rows/fill-tables.ts";
import { tracePlan } from "./trace-plan.ts";
import type { TraceReport } from "./trace-report.ts";

export interface TraceOptions extends ScratchOptions {
  /** What is there before, in this order where it matters. */
  readonly schema: readonly SchemaSource[];
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
export async function traceMigration(options: TraceOptions): Promise<TraceReport> {
  return await inScratch(options, (scratch) => traceIn(scratch, options));
}

async function traceIn(
  { session, database, limit, ownServer }: Scratch,
  { plan, file, schema }: TraceOptions,
): Promise<TraceReport> {
  const { leftOut } = await loadSchema(session, schema, { ownServer, limit });
  const rows = await fillTables(session, await readCatalog(session.query), limit);
  // Where a plan keeps the functions of its triggers; a run makes it with its state.
  await session.query("CREATE SCHEMA IF NOT EXISTS lockkeeper");
  const [me] = await session.query<{ user: string }>("SELECT current_user AS user");
  const catalog = await readCatalog(session.query, { facts: true });
  const user = me?.user ?? "";
  const planned = await plan(CatalogState.of(catalog, { user }));
  const state = CatalogState.of(catalog, { user });
  const steps = await tracePlan(planned, { url: database.url, state, limit, ownServer });
  const statements = steps.flatMap((step) => step.statements);
  return {
    migration: planned.migration,
    file,
    serverVersion: catalog.facts.server.version,
    place: database.place,
    passedOver: database.passedOver,
    leftOut,
    rows,
    steps,
    differences: statements.reduce((sum, one) => sum + one.differences, 0),
    isWhole: steps.every(({ outcome }) => outcome === "done" || outcome === "skipped"),
  };
}

import type { Catalog } from "../../catalog/catalog.ts";
import { dropObject } from "../../catalog/state/apply/drop-object.ts";
import { applyStatement } from "../../catalog/state/apply-statement.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import { withoutObjects } from "../../desired/without-objects.ts";
import { isHidden } from "../../online/hidden-name.ts";
import { hiddenObjects } from "../../online/kept.ts";
import type { Plan, Step } from "../../plan/plan.ts";
import type { Session } from "../../postgres/session.ts";
import { loadParser, parseStatement } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { applySteps } from "../plan-sight.ts";
import { onlinePolicy, type RunPolicy } from "../policy.ts";

/** A schema as it will be, and what is still to be done for that. */
export interface OnceDone {
  readonly catalog: Catalog;
  /** Migrations that wait for contract. */
  readonly waiting: readonly string[];
  /** Migrations of which a part was run, and the rest was not. */
  readonly begun: readonly string[];
}

interface OpenRun {
  readonly migration: string;
  readonly plan: Plan;
  readonly isDone: boolean;
  /** Ordinals of steps. */
  readonly done: readonly number[];
}

// Plans are private to whoever runs migrations.
const IS_READABLE = "SELECT coalesce(has_table_privilege(to_regclass('lockkeeper.run'), 'SELECT'), false) AS readable";

const OPEN_RUNS = `SELECT r.migration_id AS migration, r.plan, r.state = 'done' AS "isDone", s.done
FROM lockkeeper.run AS r CROSS JOIN LATERAL (SELECT count(*) AS begun,
  coalesce(json_agg(ordinal) FILTER (WHERE state = 'done'), '[]') AS done FROM lockkeeper.step WHERE run_id = r.id) AS s
WHERE (r.state IN ('queued', 'running', 'paused', 'failed', 'aborted') AND s.begun > 0)
  OR EXISTS (SELECT FROM lockkeeper.migration AS m WHERE m.run_id = r.id AND m.contract = 'waiting')
ORDER BY r.id`;

/**
 * The schema of a database as it will be once runs that were begun are through and contract has removed what waits for
 * it: what stands there until then is Lockkeeper's own and no difference to anything. Where the role may not read plans,
 * what goes by the names of such things is left out.
 *
 * @param live as it was read from the session's database
 */
export async function onceDone(session: Session, live: Catalog, policy: RunPolicy): Promise<OnceDone> {
  const [found] = await session.query<{ readable: boolean }>(IS_READABLE);
  const runs = found?.readable === true ? await session.query<OpenRun>(OPEN_RUNS) : [];
  const state = CatalogState.of(live);
  for (const { plan, done } of runs) {
    const left = plan.steps.filter((_, ordinal) => !done.includes(ordinal));
    await loadParser();
    for (const step of left) forgetHalfBuilt(state, step, live);
    await applySteps({ state, policy: onlinePolicy(policy) }, [...left, ...(plan.contract ?? [])]);
  }
  const catalog = await withoutLeftovers(runs.length === 0 ? live : state.catalog());
  const named = (isDone: boolean): readonly string[] =>
    runs.filter((run) => run.isDone === isDone).map(({ migration }) => migration);
  return { catalog, waiting: named(true), begun: named(false) };
}

/** An invalid index of a step is dropped and built again. */
function forgetHalfBuilt(state: CatalogState, step: Step, { tables, materializedViews }: Catalog): void {
  if (step.kind !== "concurrent" || step.probe.kind !== "create-index") return;
  const { index } = step.probe;
  for (const { schema, indexes } of [...tables, ...materializedViews]) {
    const isHalf = indexes.some(({ name, valid }) => name === index.name && !valid);
    if (isHalf && (index.schema ?? schema) === schema) {
      apply(state, `DROP INDEX ${quoteQualified({ schema, name: index.name })}`);
    }
  }
}

function apply(state: CatalogState, text: string): void {
  applyStatement(state, parseStatement({ text, start: 0, end: text.length, line: 1, column: 1 }, "<plan>"));
}

/** Lockkeeper's, and those in which it keeps tables and works on new ones. */
const isOwnSchema = (name: string): boolean => /^lockkeeper(_(quarantine|rebuild|partition)_.*)?$/s.test(name);

/** What nobody waits for any more, `doctor` tells of. */
async function withoutLeftovers(catalog: Catalog): Promise<Catalog> {
  const drops = catalog.tables.flatMap((table) => [
    ...table.triggers
      .filter((trigger) => isOwnSchema(trigger.function.schema))
      .map(({ name }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${quoteQualified(table)}`),
    ...table.columns
      .filter(({ name, inheritedFrom }) => isHidden(name) && inheritedFrom === 0)
      .map(({ name }) => `ALTER TABLE ${quoteQualified(table)} DROP COLUMN ${quoteIdentifier(name)} CASCADE`),
  ]);
  const state = CatalogState.of(catalog);
  const hidden = hiddenObjects(state);
  if (drops.length + hidden.length === 0) return withoutOwnSchemas(catalog);
  await loadParser();
  for (const text of drops) apply(state, text);
  for (const id of hidden) dropObject(state, id);
  return withoutOwnSchemas(state.catalog());
}

function withoutOwnSchemas(catalog: Catalog): Catalog {
  const schemas = catalog.schemas.filter(({ name }) => !isOwnSchema(name));
  if (schemas.length === catalog.schemas.length) return catalog;
  return withoutObjects({ ...catalog, schemas }, ({ schema }) => isOwnSchema(schema));
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import type { Migration } from "../../src/migrations/migration.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { readSight } from "../../src/run/plan-sight.ts";
import { DEFAULT_POLICY, type RunPolicy } from "../../src/run/policy.ts";
import { Preparation } from "../../src/run/prepare.ts";
import { installState } from "../../src/run/state/install-state.ts";
import { Stop } from "../../src/run/stop.ts";
import { up } from "../../src/run/up.ts";
import { type Calibration, calibrationOf } from "../../src/safety/estimate/calibration.ts";
import { estimatePlans, type PlanEstimate } from "../../src/safety/estimate/estimate.ts";
import type { MeasuredStep } from "../../src/safety/estimate/measured-step.ts";
import { readProfile } from "../../src/safety/estimate/read-profile.ts";
import { type MeteredStep, StepMeter } from "../../src/safety/rehearsal/measure/step-meter.ts";
import { tracePlan } from "../../src/trace/trace-plan.ts";
import type { TracedRelation, TracedStatement } from "../../src/trace/trace-report.ts";
import type { AccuracyCase } from "./cases.ts";

/** Online forms whatever the size: what is proven here is how they are estimated. */
const POLICY: RunPolicy = { ...DEFAULT_POLICY, briefMs: 0, drift: { record: "off", ignore: [] } };
const TRACED_MS = 120_000;

export interface CaseResult {
  readonly of: AccuracyCase;
  /** By the model alone, and with the first run as a rehearsal of the second. */
  readonly cold: { readonly estimate: PlanEstimate; readonly ran: readonly MeteredStep[] };
  readonly warm?: CaseResult["cold"];
  /** Statements that were seen, and those whose locks or whose work (scans, rewrites, builds) were otherwise than foreseen. */
  readonly traced: number;
  readonly otherLocks: number;
  readonly otherWork: number;
  /** These statements, and what was foreseen and seen, in words. */
  readonly others: readonly string[];
  /** Why the plan could not be traced to its end. */
  readonly untraced?: string;
}

/** Estimates a migration, runs it in a copy, calibrates by that, and runs it in a second copy; its locks are seen in a third. */
export async function runCase(one: AccuracyCase, server: EmbeddedServer, isCold: boolean): Promise<CaseResult> {
  const { template } = one;
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-accuracy-"));
  try {
    writeFileSync(join(folder, one.isModule === true ? "0001_case.ts" : "0001_case.sql"), one.sql);
    const migrations = readProject(folder);
    const cold = await inCopy(server, template, (url) => estimateAndRun(url, migrations));
    if (isCold) return { of: one, cold, traced: 0, otherLocks: 0, otherWork: 0, others: [], untraced: "not asked for" };
    const measured: MeasuredStep[] = cold.estimate.steps.map((step, at) => ({
      ...step,
      measured: cold.ran[at]?.measured ?? {},
    }));
    const calibration = calibrationOf([
      { of: "the first run", measurements: { serverVersion: 0, settings: {}, steps: measured } },
    ]);
    const warm = await inCopy(server, template, (url) => estimateAndRun(url, migrations, calibration));
    const locks = await inCopy(server, template, (url) => trace(url, server, migrations));
    return { of: one, cold, warm, ...locks };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inCopy<T>(server: EmbeddedServer, template: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `${template}_copy`;
  await using admin = await connect(server.url());
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  try {
    return await work(server.url(name));
  } finally {
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function estimateAndRun(
  url: string,
  migrations: readonly Migration[],
  calibration?: Calibration,
): Promise<CaseResult["cold"]> {
  await using session = await connect(url);
  await installState(session);
  const stop = new Stop();
  const catalog = await readCatalog(session.query, { facts: true });
  const prepared = await new Preparation(() => readSight(session, POLICY, stop, { catalog })).plan(migrations);
  const plans = prepared.map(({ plan }) => plan);
  const server = await readProfile(session, plans);
  const [estimate] = await estimatePlans(prepared, {
    catalog,
    server,
    policy: POLICY,
    ...(calibration === undefined ? {} : { calibration }),
  });
  if (estimate === undefined) throw new Error("the migration has no plan");
  await using meter = await StepMeter.open(url);
  // What is written is known as long as it is known when the last checkpoint was.
  await session.query("CHECKPOINT");
  await up({ url, migrations, policy: POLICY, emit: (event) => void meter.hear(event), stop, watch: meter.watch });
  return { estimate, ran: meter.take() };
}

async function trace(
  url: string,
  server: EmbeddedServer,
  migrations: readonly Migration[],
): Promise<Pick<CaseResult, "traced" | "otherLocks" | "otherWork" | "others" | "untraced">> {
  await using session = await connect(url);
  await installState(session);
  const stop = new Stop();
  const catalog = await readCatalog(session.query, { facts: true });
  const [prepared] = await new Preparation(() => readSight(session, POLICY, stop, { catalog })).plan(migrations);
  if (prepared === undefined) {
    return { traced: 0, otherLocks: 0, otherWork: 0, others: [], untraced: "the migration has no plan" };
  }
  const steps = await tracePlan(prepared.plan, {
    url,
    state: CatalogState.of(catalog, { user: "postgres" }),
    limit: { server: server.url(), timeoutMs: TRACED_MS, signal: stop.soon },
    ownServer: true,
  });
  const statements = steps.flatMap((step) => step.statements).filter(({ outcome }) => outcome === "done");
  const failed = steps.find(({ outcome }) => outcome === "failed");
  const count = (isOther: (relation: TracedRelation) => boolean | undefined): number =>
    statements.filter(({ relations }) => relations.some((relation) => isOther(relation) === true)).length;
  return {
    traced: statements.length,
    otherLocks: count(({ lock, blocks }) => lock?.differs || blocks?.differs),
    otherWork: count(({ works }) => works?.differs),
    others: statements.flatMap(othersOf),
    ...(failed === undefined
      ? {}
      : {
          untraced: `step ${failed.step}: ${failed.statements.find(({ failure }) => failure)?.failure?.message ?? failed.reason}`,
        }),
  };
}

const othersOf = ({ sql, relations }: TracedStatement): readonly string[] =>
  relations.flatMap(({ relation, lock, blocks, works }) =>
    Object.entries({ lock, blocks, works }).flatMap(([what, sides]) =>
      sides?.differs === true
        ? [`${what} of ${relation}: "${sides.predicted}" was foreseen, "${sides.observed}" was seen, in ${sql}`]
        : [],
    ),
  );

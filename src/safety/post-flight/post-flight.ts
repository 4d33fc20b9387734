import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { SchemaPatterns } from "../../catalog/read/schema-patterns.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { BUILT_IN_CHECKS } from "../../checks/built-in-checks.ts";
import type { Check, CheckFinding, CheckSeverity } from "../../checks/check.ts";
import { type CheckResult, runChecks } from "../../checks/run-checks.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { connect, type ServerNotice, type Session } from "../../postgres/session.ts";
import type { EmitEvent } from "../../run/events.ts";
import type { RunPolicy } from "../../run/policy.ts";
import type { Stop } from "../../run/stop.ts";
import { recordEvidence } from "../evidence.ts";
import { analyze, readUnanalysed } from "./analyze.ts";
import { narrowCatalog } from "./narrow-catalog.ts";
import type { PostFlightSettings } from "./settings.ts";
import { type Done, readTouched } from "./touched.ts";
import { isBad } from "./verdict.ts";
import { warm } from "./warm.ts";

export interface PostFlightOptions {
  readonly url: string;
  readonly policy: RunPolicy;
  readonly settings: PostFlightSettings;
  readonly schemas: SchemaPatterns;
  /** The project's own checks, read when they are needed. */
  readonly ownChecks: () => Promise<readonly Check[]>;
  /** What the command brought to its end. */
  readonly done: readonly Done[];
  readonly emit: EmitEvent;
  readonly stop: Stop;
}

export interface PostFlightFinding extends CheckFinding {
  readonly check: string;
  readonly severity: CheckSeverity;
}

/** What was done and found behind a run. */
export interface PostFlightReport {
  readonly migrations: readonly string[];
  /** Checks that were run. */
  readonly checks: readonly string[];
  readonly findings: readonly PostFlightFinding[];
  /** What could not be looked at. */
  readonly unchecked: readonly { readonly check: string; readonly reason: string }[];
  /** Tables that ANALYZE looked at. */
  readonly analysed: readonly string[];
  readonly notAnalysed: readonly { readonly table: string; readonly reason: string }[];
  /** Relations that were read into the buffers. */
  readonly warmed: readonly string[];
  /** Why it did not come to its end; null where it did. */
  readonly unfinished: string | null;
  readonly durationMs: number;
}

/** ms; a question that reads catalogs, or single rows, takes no longer. */
const TIMEOUT_MS = 30_000;
const SAMPLE_ROWS = 5;

/**
 * What is done behind every run that did something: ANALYZE for what it changed, the checks that the policy names over
 * what it touched, and, where the policy says so, what it made is read into the buffers. It is recorded as evidence.
 *
 * The run is done and stays so: whatever fails here is told in the report, as an event and in the evidence, and is thrown
 * by nothing.
 */
export async function postFlight(options: PostFlightOptions): Promise<PostFlightReport> {
  const { settings, emit } = options;
  const migrations = options.done.flatMap((one) => one.migrations);
  const begun = performance.now();
  const done: Progress = { findings: [], checks: [], unchecked: [], analysed: [], notAnalysed: [], warmed: [] };
  let unfinished: string | null = null;
  try {
    await fly(options, done);
  } catch (error) {
    unfinished = error instanceof Error ? error.message : String(error);
    emit({
      type: "notice",
      message: `The run is done; what follows it did not come to its end: ${unfinished} \`lockkeeper verify --phase post\` checks again.`,
    });
  }
  const durationMs = Math.round(performance.now() - begun);
  const report: PostFlightReport = { migrations, ...done, unfinished, durationMs };
  const failed = isBad(report, settings);
  emit({
    type: "postflight.done",
    migrations,
    held: unfinished === null && !failed,
    checks: report.checks.length,
    findings: report.findings.length,
    analysed: report.analysed,
    warmed: report.warmed,
    durationMs,
  });
  return report;
}

type Progress = {
  -readonly [K in
    | "findings"
    | "checks"
    | "unchecked"
    | "analysed"
    | "notAnalysed"
    | "warmed"]: PostFlightReport[K][number][];
};

async function fly(options: PostFlightOptions, done: Progress): Promise<void> {
  const { url, settings, stop, policy } = options;
  const told: ServerNotice[] = [];
  await using session = await connect(url, {
    applicationName: "lockkeeper post-flight",
    onNotice: (notice) => told.push(notice),
  });
  const cut = (): void => session.destroy();
  stop.soon.addEventListener("abort", cut, { once: true });
  try {
    requireGoing(stop);
    const { runs, relations } = await readTouched(session, options.done);
    const about = { source: "post-flight", migrations: options.done.flatMap((one) => one.migrations), runs };
    // One that is killed leaves this behind.
    await recordEvidence(session, { kind: "checks", held: false, report: { ...about, state: "begun" } });
    const catalog = await readCatalog(session.query, {
      facts: true,
      schemas: options.schemas,
      lockTimeoutMs: policy.lockTimeoutMs,
    });
    const meant = narrowCatalog(catalog, relations);
    if (settings.analyze === "on") await analyzeAll(session, meant, options, told, done);
    await check(session, meant, options, done);
    if (settings.warm === "on") done.warmed.push(...(await warm(session, tablesIn(meant))));
    const held = !isBad(done, settings);
    await recordEvidence(session, { kind: "checks", held, report: { ...about, state: "done", ...done } });
  } catch (error) {
    requireGoing(stop);
    throw error;
  } finally {
    stop.soon.removeEventListener("abort", cut);
  }
}

function requireGoing(stop: Stop): void {
  if (stop.requested) throw new LockkeeperError("interrupted", { message: "It was interrupted." });
}

const tablesIn = ({ tables, materializedViews }: Catalog): readonly QualifiedName[] => [
  ...tables,
  ...materializedViews,
];

async function analyzeAll(
  session: Session,
  catalog: Catalog,
  { policy }: PostFlightOptions,
  told: ServerNotice[],
  done: Progress,
): Promise<void> {
  for (const table of await readUnanalysed(session, tablesIn(catalog))) {
    const name = `${table.schema}.${table.name}`;
    const reason = await analyze(session, table, policy, told, catalog.facts.server.version);
    if (reason === undefined) done.analysed.push(name);
    else done.notAnalysed.push({ table: name, reason });
  }
}

async function check(session: Session, catalog: Catalog, options: PostFlightOptions, done: Progress): Promise<void> {
  const { settings, policy, stop, emit } = options;
  const own = await options.ownChecks();
  const named = settings.checks.map((id) => {
    const found = [...BUILT_IN_CHECKS, ...own].find((one) => one.id === id);
    if (found !== undefined) return found;
    throw new LockkeeperError("config_invalid", {
      message: `\`postFlight.checks\` names ${id}, and there is no such check.`,
    });
  });
  const { results } = await runChecks(
    session,
    [...new Set([...named, ...own.filter(({ phase }) => phase === "post")])],
    {
      catalog,
      timeoutMs: TIMEOUT_MS,
      lockTimeoutMs: policy.lockTimeoutMs,
      sampleRows: SAMPLE_ROWS,
      signal: stop.soon,
    },
  );
  done.checks.push(...results.map((result) => result.check));
  for (const result of results) {
    if (result.state === "unchecked") done.unchecked.push({ check: result.check, reason: result.reason ?? "" });
    for (const finding of findingsOf(result)) {
      done.findings.push(finding);
      const { check: id, severity, message, fix } = finding;
      emit({ type: "postflight.found", check: id, severity, message, ...(fix === undefined ? {} : { fix }) });
    }
  }
}

const findingsOf = (result: CheckResult): readonly PostFlightFinding[] =>
  result.findings.filter(({ severity }) => severity !== "info").map((finding) => ({ check: result.check, ...finding }));

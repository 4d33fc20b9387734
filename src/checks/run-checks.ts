import type { Catalog } from "../catalog/catalog.ts";
import type { SchemaPatterns } from "../catalog/read/schema-patterns.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import {
  type Ask,
  CHECK_SEVERITIES,
  type Check,
  type CheckArea,
  type CheckContext,
  type CheckFinding,
  type CheckSeverity,
} from "./check.ts";

export interface CheckOptions {
  readonly schemas?: SchemaPatterns;
  /** With its facts, where it was read already; it may be a part of what is there. */
  readonly catalog?: Catalog;
  /** ms; a check that reads for longer is ended and told as `unchecked`. */
  readonly timeoutMs: number;
  /** ms; how long a check waits for a lock that somebody holds. */
  readonly lockTimeoutMs: number;
  /** Most rows that a finding shows. */
  readonly sampleRows: number;
  /** Seconds; an open transaction that is older was forgotten. Default: an hour. */
  readonly oldSeconds?: number;
  /** Ends the work between two checks. */
  readonly signal?: AbortSignal;
  readonly onResult?: (result: CheckResult) => void;
}

/** In seconds. */
const HOUR = 3_600;

/** How one check came out. */
export interface CheckResult {
  readonly check: string;
  readonly title: string;
  readonly area: CheckArea;
  readonly severity: CheckSeverity;
  /** `passed` with findings: they are notes. `unchecked`: it could not be looked at; why is in `reason`. */
  readonly state: "passed" | "failed" | "unchecked";
  readonly findings: readonly (CheckFinding & { readonly severity: CheckSeverity })[];
  readonly reason: string | null;
  readonly durationMs: number;
}

export interface CheckReport {
  readonly database: string;
  /** server_version_num, such as 180004. */
  readonly serverVersion: number;
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly results: readonly CheckResult[];
}

/**
 * Runs checks one after the other. Each reads in a transaction of its own, so that none keeps the horizon of VACUUM for
 * longer than it works, and one that fails hides nothing of the others.
 *
 * @param session that nobody else uses meanwhile
 * @throws LockkeeperError `interrupted`, `database_unavailable`, and those of reading the catalog
 */
export async function runChecks(
  session: Session,
  checks: readonly Check[],
  options: CheckOptions,
): Promise<CheckReport> {
  const catalog =
    options.catalog ??
    (await readCatalog(session.query, {
      facts: true,
      lockTimeoutMs: options.lockTimeoutMs,
      ...(options.schemas === undefined ? {} : { schemas: options.schemas }),
    }));
  const context: CheckContext = {
    catalog,
    ask: asking(session, options, OUR_NAMES),
    askAsWritten: asking(session, options, []),
    sampleRows: options.sampleRows,
    oldSeconds: options.oldSeconds ?? HOUR,
  };
  const results: CheckResult[] = [];
  for (const check of checks) {
    if (options.signal?.aborted === true) {
      throw new LockkeeperError("interrupted", {
        message: `Interrupted before ${check.id}.`,
        notDone: "What was checked until then is not told.",
      });
    }
    const result = await runCheck(check, context);
    results.push(result);
    options.onResult?.(result);
  }
  const { database, version } = catalog.facts.server;
  return { database, serverVersion: version, checkedAt: new Date().toISOString(), results };
}

async function runCheck(check: Check, context: CheckContext): Promise<CheckResult> {
  const { id, title, area, severity } = check;
  const begun = performance.now();
  const ended = (rest: Pick<CheckResult, "state" | "findings" | "reason">): CheckResult => ({
    check: id,
    title,
    area,
    severity,
    ...rest,
    durationMs: Math.round(performance.now() - begun),
  });
  try {
    const found = (await check.find(context)).map((finding) => ({ severity, ...finding }));
    const findings = found.toSorted((one, other) => worse(one.severity) - worse(other.severity));
    const isSound = findings.every((one) => one.severity === "info");
    return ended({ state: isSound ? "passed" : "failed", findings, reason: null });
  } catch (error) {
    const kind = failureKind(error);
    if (kind === "connection" || (databaseError(error) === undefined && !(error instanceof LockkeeperError)))
      throw error;
    return ended({ state: "unchecked", findings: [], reason: error instanceof Error ? error.message : String(error) });
  }
}

const worse = (severity: CheckSeverity): number => CHECK_SEVERITIES.indexOf(severity);

/** Nothing of the user's decides what names mean. */
const OUR_NAMES: readonly string[] = ["SET LOCAL search_path = pg_catalog"];

/** Rows that row security would hide make a question fail, so that nobody takes them for checked. */
const asking =
  (session: Session, { timeoutMs, lockTimeoutMs }: CheckOptions, settings: readonly string[]): Ask =>
  async <R extends object>(sql: string, parameters?: readonly unknown[]) => {
    await session.batch([
      { sql: "BEGIN READ ONLY" },
      { sql: `SET LOCAL statement_timeout = ${timeoutMs}` },
      { sql: `SET LOCAL lock_timeout = ${lockTimeoutMs}` },
      { sql: "SET LOCAL row_security = off" },
      ...settings.map((one) => ({ sql: one })),
    ]);
    try {
      return await session.query<R>(sql, parameters);
    } finally {
      await session.rollback();
    }
  };

/** The worst of what was found; undefined where everything holds. */
export function worstOf({ results }: CheckReport): CheckSeverity | undefined {
  const found = new Set(results.flatMap(({ findings }) => findings.map(({ severity }) => severity)));
  return CHECK_SEVERITIES.find((severity) => found.has(severity));
}

/** Whether something at least as bad as `severity` was found, or could not be looked for. */
export function isDoubtful({ results }: CheckReport, severity: CheckSeverity): boolean {
  const counts = (one: CheckSeverity): boolean => worse(one) <= worse(severity);
  return results.some(
    (result) =>
      (result.state === "unchecked" && counts(result.severity)) || result.findings.some((one) => counts(one.severity)),
  );
}

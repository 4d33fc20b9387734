import { resolve } from "node:path";
import { BUILT_IN_CHECKS } from "../../checks/built-in-checks.ts";
import type { Check, CheckArea, CheckDepth, CheckSeverity } from "../../checks/check.ts";
import { checkedSchemas, projectChecks } from "../../checks/project-checks.ts";
import { type CheckReport, isDoubtful, runChecks, worstOf } from "../../checks/run-checks.ts";
import { schemaDrift } from "../../checks/schema-drift.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { nearestName } from "../../errors/nearest-name.ts";
import { databaseError } from "../../postgres/server-error.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { readState } from "../../run/read-state.ts";
import { policyOf, urlToRead } from "../../run/target.ts";
import { recordEvidence } from "../../safety/evidence.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { checksJunit } from "../renderers/checks-junit.ts";
import { checksText } from "../renderers/checks-text.ts";
import { type AgainstFlags, compared, refuseWithout } from "../verify-against.ts";
import { comparedWithBefore, snapshotTaken } from "../verify-snapshot.ts";
import { writeWhenChanged } from "../write-when-changed.ts";

export interface VerifyFlags extends AgainstFlags {
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly schema?: boolean;
  readonly data?: boolean;
  readonly only?: readonly string[];
  readonly snapshot?: string;
  readonly before?: string;
  readonly phase?: "pre" | "post";
  readonly failOn?: CheckSeverity;
  readonly format?: "text" | "json" | "junit";
  readonly output?: string;
}

const FAILED = 1;
const CRITICAL = 2;
/** ms; a whole table may be read. */
const TIMEOUT_MS = 600_000;
const SAMPLE_ROWS = 10;

const DEPTHS: Readonly<Record<CheckDepth, number>> = { catalog: 0, probed: 1, whole: 2 };
const OF_DATA: ReadonlySet<CheckArea> = new Set(["data", "relations", "sequences", "rules"]);

export async function run(context: CommandContext, _: readonly string[], flags: VerifyFlags): Promise<CommandResult> {
  const config = await context.config();
  if (flags.snapshot !== undefined) return await snapshotTaken(context, config, flags.snapshot);
  const report = await reportOf(context, config, flags);
  if (flags.output !== undefined) {
    writeWhenChanged(resolve(context.cwd, flags.output), `${JSON.stringify(report, null, 2)}\n`);
  }
  const extra = { exitCode: exitCodeOf(report, flags.failOn ?? "error"), log: { checks: report.results.length } };
  return flags.format === "json"
    ? { data: report, text: () => "", isDocument: true, ...extra }
    : commandResult(report, flags.format === "junit" ? checksJunit : checksText, extra);
}

async function reportOf(context: CommandContext, config: ResolvedConfig, flags: VerifyFlags): Promise<CheckReport> {
  if (flags.against !== undefined) return await compared(context, config, flags);
  refuseWithout("against", flags);
  return flags.before === undefined
    ? await checked(context, config, flags)
    : await comparedWithBefore(context, config, flags.before);
}

async function checked(context: CommandContext, config: ResolvedConfig, flags: VerifyFlags): Promise<CheckReport> {
  await loadParser();
  const own = projectChecks(config.checks, context.cwd);
  const policy = policyOf(config);
  const stop = context.endOnSignals();
  return await namingFailures(async () => {
    await using session = await connect(urlToRead(config), { applicationName: "lockkeeper verify" });
    const checks = chosen([...BUILT_IN_CHECKS, schemaDrift(session, policy), ...own], flags);
    const found = await runChecks(session, checks, {
      schemas: checkedSchemas(config),
      timeoutMs: TIMEOUT_MS,
      lockTimeoutMs: policy.lockTimeoutMs,
      sampleRows: SAMPLE_ROWS,
      signal: stop.soon,
    });
    if (flags.phase === "post") await keep(context, session, found, exitCodeOf(found, flags.failOn ?? "error") === 0);
    return found;
  });
}

/** As evidence beside that of the runs, where there is a place for it. */
async function keep({ emit }: CommandContext, session: Session, report: CheckReport, held: boolean): Promise<void> {
  const findings = report.results.flatMap((result) =>
    result.findings.map((finding) => ({ check: result.check, ...finding })),
  );
  try {
    if (!(await readState(session)).installed) return;
    const about = { source: "verify", phase: "post", checks: report.results.map(({ check }) => check) };
    await recordEvidence(session, { kind: "checks", held, report: { ...about, state: "done", findings } });
  } catch (error) {
    if (databaseError(error) === undefined && !(error instanceof LockkeeperError)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    emit({ type: "notice", message: `The report was not kept as evidence: ${reason}` });
  }
}

/** What could not be looked at counts like a finding of the check, so that nobody takes it for passed. */
function exitCodeOf(report: CheckReport, failOn: CheckSeverity): number {
  const worst = worstOf(report);
  if (worst === "critical") return CRITICAL;
  return isDoubtful(report, failOn) ? FAILED : 0;
}

function chosen(checks: readonly Check[], flags: VerifyFlags): readonly Check[] {
  const ids = checks.map(({ id }) => id);
  for (const [nth, id] of ids.entries()) {
    if (ids.indexOf(id) === nth) continue;
    throw new LockkeeperError("check_invalid", {
      message: `Two checks have the name ${id}.`,
      notDone: "Nothing was checked.",
      action: "Give the file of your own check another name.",
    });
  }
  if (flags.only !== undefined) {
    const unknown = flags.only.find((id) => !ids.includes(id));
    if (unknown !== undefined) {
      const meant = nearestName(unknown, ids);
      throw new LockkeeperError("usage", {
        message: `There is no check ${unknown}${meant === undefined ? "" : `; is ${meant} meant?`}`,
        notDone: "Nothing was checked.",
        action: "docs/checks.md lists them all.",
      });
    }
    return checks.filter(({ id }) => flags.only?.includes(id));
  }
  const deepest = flags.quick === true ? DEPTHS.catalog : flags.full === true ? DEPTHS.whole : DEPTHS.probed;
  return checks
    .filter(({ depth, area }) => DEPTHS[depth] <= deepest || area === "rules")
    .filter(({ area }) => flags.data === flags.schema || OF_DATA.has(area) === (flags.data === true))
    .filter(({ phase }) => flags.phase === undefined || phase === "both" || phase === flags.phase);
}

import { resolve } from "node:path";
import { BUILT_IN_CHECKS } from "../../checks/built-in-checks.ts";
import { projectChecks } from "../../checks/project-checks.ts";
import { parseDuration } from "../../config/duration.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";
import { filesOf, readSql } from "../../desired/sql-files.ts";
import { stateSource } from "../../desired/state-source.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { connect } from "../../postgres/session.ts";
import { namingFailures } from "../../run/name-failure.ts";
import type { Stop } from "../../run/stop.ts";
import { migrationsOf, policyOf, urlToChange } from "../../run/target.ts";
import { backupOptions } from "../../safety/backup/backup-options.ts";
import { cloneCopy } from "../../safety/rehearsal/copy/clone-copy.ts";
import type { Copy } from "../../safety/rehearsal/copy/copy.ts";
import { madeCopy } from "../../safety/rehearsal/copy/made-copy.ts";
import { preparedCopy } from "../../safety/rehearsal/copy/prepared-copy.ts";
import { restoredCopy } from "../../safety/rehearsal/copy/restored-copy.ts";
import { parseLoad } from "../../safety/rehearsal/load/parse-load.ts";
import { isPending, planFor } from "../../safety/rehearsal/plan-for.ts";
import { recordRehearsal, rehearse } from "../../safety/rehearsal/rehearse.ts";
import { rehearsalHtml } from "../../safety/rehearsal/report/html.ts";
import { rehearsalMarkdown } from "../../safety/rehearsal/report/markdown.ts";
import { type RehearsalStanding, rehearsalStanding } from "../../safety/rehearsal/stale.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatTime } from "../format.ts";
import { majorOf } from "../lint-policy.ts";
import { nothingPending } from "../nothing-pending.ts";
import { rehearsalText } from "../renderers/rehearsal-text.ts";
import { writeWhenChanged } from "../write-when-changed.ts";

export interface RehearseFlags {
  readonly to?: string;
  readonly backup?: string;
  readonly folder?: string;
  readonly clone?: boolean;
  readonly on?: string;
  readonly disposable?: boolean;
  readonly ci?: boolean;
  readonly schema?: readonly string[];
  readonly seed?: readonly string[];
  readonly after?: string;
  readonly serverVersion?: string;
  readonly load?: readonly string[];
  readonly undo: boolean;
  readonly output?: string;
  readonly markdown?: string;
  readonly html?: string;
  readonly timeout?: string;
  readonly status?: boolean;
}

const DID_NOT_HOLD = 1;
const DEFAULT_TIMEOUT = "10m";
const SAMPLE_ROWS = 5;
/** How long the load is looked at before anything is changed, ms. */
const QUIET_MS = 2_000;

export async function run(context: CommandContext, _: readonly string[], flags: RehearseFlags): Promise<CommandResult> {
  refuseWrong(flags);
  const config = await context.config();
  await loadParser();
  const migrations = migrationsOf(config);
  requireKnown(migrations, flags.to);
  requireKnown(migrations, flags.after);
  if (flags.status === true) return await standing(context, config, migrations, flags);
  const policy = policyOf(config);
  const stop = context.endOnSignals();
  const production = flags.ci === true ? undefined : urlToChange(config);
  const timeoutMs = timeoutOf(flags.timeout ?? DEFAULT_TIMEOUT);
  const scripts = (flags.load === undefined ? [] : filesOf(flags.load, context.cwd)).map((file) =>
    parseLoad(readSql(file, context.cwd), file),
  );
  const what = { migrations, ...(flags.to === undefined ? {} : { to: flags.to }) };
  // A copy of much data takes long, and backups of before the last migration would be refused.
  if (production !== undefined && !(await namingFailures(() => isPending(production, what)))) {
    return commandResult(
      { held: true, migrations: [], evidence: null },
      () => `${nothingPending(flags.to)}: there is nothing to rehearse.`,
    );
  }
  const report = await rehearse({
    open: () => openCopy(context, { config, flags, migrations, production, stop, timeoutMs }),
    ...(production === undefined ? {} : { production }),
    rules: { mask: config.rehearsal.mask ?? {}, sample: config.rehearsal.sample ?? {} },
    ...what,
    policy,
    checks: {
      all: [...BUILT_IN_CHECKS, ...projectChecks(config.checks, context.cwd)],
      options: { timeoutMs, lockTimeoutMs: policy.lockTimeoutMs, sampleRows: SAMPLE_ROWS },
    },
    ...(scripts.length === 0 ? {} : { load: { scripts, quietMs: QUIET_MS } }),
    undo: flags.undo,
    emit: context.emit,
    stop,
    onStage: ({ name, outcome, reason }) =>
      context.emit({ type: "notice", message: `${name}: ${outcome}${reason === undefined ? "" : `, ${reason}`}` }),
  });
  const evidence = production === undefined ? null : await namingFailures(() => recordRehearsal(production, report));
  const write = (file: string | undefined, text: () => string): void => {
    if (file !== undefined) writeWhenChanged(resolve(context.cwd, file), text());
  };
  write(flags.output, () => `${JSON.stringify({ ...report, evidence }, null, 2)}\n`);
  write(flags.markdown, () => rehearsalMarkdown(report));
  write(flags.html, () => rehearsalHtml(report));
  return commandResult({ ...report, evidence }, rehearsalText, {
    exitCode: report.held ? 0 : DID_NOT_HOLD,
    log: { held: report.held, migrations: report.migrations.length, findings: report.findings.length },
  });
}

interface Opening {
  readonly config: ResolvedConfig;
  readonly flags: RehearseFlags;
  readonly migrations: readonly Migration[];
  readonly production: string | undefined;
  readonly stop: Stop;
  readonly timeoutMs: number;
}

async function openCopy({ cwd }: CommandContext, opening: Opening): Promise<Copy> {
  const { config, flags, migrations, production, stop, timeoutMs } = opening;
  const policy = policyOf(config);
  if (production === undefined) {
    const after = flags.after ?? (flags.schema === undefined ? migrations.at(-2)?.id : undefined);
    const schema = flags.schema === undefined ? undefined : stateSource(flags.schema);
    if (schema?.kind === "database" || schema?.kind === "migrations") {
      throw usage("--schema takes SQL files, cmd:COMMAND or a stored catalog.");
    }
    return await madeCopy({
      ...(schema === undefined ? {} : { schema }),
      seed: flags.seed ?? [],
      ...(after === undefined ? {} : { after }),
      migrations,
      policy,
      stop,
      cwd,
      ...(flags.serverVersion === undefined ? {} : { major: majorOf(flags.serverVersion) }),
      timeoutMs,
    });
  }
  if (flags.clone === true) return await cloneCopy(production);
  if (flags.on !== undefined) return await preparedCopy(flags.on, production, flags.disposable === true);
  return await restoredCopy({
    ...backupOptions(config, flags.folder === undefined ? {} : { folder: flags.folder }),
    production,
    ...(flags.backup === undefined ? {} : { id: flags.backup }),
    ...(config.scratch.named === undefined ? {} : { server: config.scratch.named }),
    migrations,
    ...(policy.role === undefined ? {} : { role: policy.role }),
    signal: stop.soon,
  });
}

/** What is needed beside another option, and means nothing without it. */
function refuseWrong(flags: RehearseFlags): void {
  const { schema, seed, after, serverVersion, disposable } = flags;
  if (flags.ci !== true) {
    const lonely = Object.entries({ schema, seed, after, "server-version": serverVersion }).find(
      ([, value]) => value !== undefined,
    );
    if (lonely !== undefined) throw usage(`--${lonely[0]} goes with --ci.`);
  }
  if (disposable === true && flags.on === undefined) throw usage("--disposable goes with --on.");
}

function requireKnown(migrations: readonly Migration[], id: string | undefined): void {
  if (id === undefined || migrations.some((one) => one.id === id)) return;
  throw new LockkeeperError("migration_unknown", {
    message: `There is no migration ${id}.`,
    notDone: "Nothing was run.",
  });
}

const usage = (message: string): LockkeeperError =>
  new LockkeeperError("usage", { message, notDone: "Nothing was run." });

function timeoutOf(text: string): number {
  const timeoutMs = parseDuration(text);
  if (timeoutMs === undefined || timeoutMs === 0)
    throw usage('--timeout is no duration; expected one such as "30s" or "5m".');
  return timeoutMs;
}

async function standing(
  context: CommandContext,
  config: ResolvedConfig,
  migrations: readonly Migration[],
  { to }: RehearseFlags,
): Promise<CommandResult> {
  const url = urlToChange(config);
  const stop = context.endOnSignals();
  const found = await namingFailures(async () => {
    const { binding } = await planFor(url, {
      migrations,
      policy: policyOf(config),
      stop,
      ...(to === undefined ? {} : { to }),
    });
    await using session = await connect(url, { applicationName: "lockkeeper rehearsal" });
    return await rehearsalStanding(session, binding);
  });
  return commandResult(found, standingText, {
    exitCode: found.state === "fits" ? 0 : DID_NOT_HOLD,
    log: { state: found.state },
  });
}

function standingText({ state, changed, evidence }: RehearsalStanding): string {
  const when = evidence === null ? "" : formatTime(evidence.at);
  switch (state) {
    case "none":
      return "Nothing was rehearsed yet: `lockkeeper rehearse`.";
    case "fits":
      return `What would run now was rehearsed at ${when}, and held.`;
    case "failed":
      return `What would run now was rehearsed at ${when}, and did not hold.`;
    case "stale":
      return `The newest rehearsal, of ${when}, is of something else (${changed.join(", ")}): \`lockkeeper rehearse\`.`;
  }
}

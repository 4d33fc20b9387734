import { count } from "../../errors/count.ts";
import type { MigrationStatus, RunProgress, StatusReport } from "../../run/status.ts";
import { status } from "../../run/status.ts";
import { migrationsAtHand, urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatMs, formatServerVersion, formatTime, indent, table } from "../format.ts";
import type { Paint } from "../paint.ts";
import { describeStanding } from "../renderers/describe-sweep.ts";

export interface StatusFlags {
  readonly exitCode?: boolean;
  readonly allowOutOfOrder?: boolean;
}

/** Of the older ones that are simply in force, this many are listed. */
const LISTED = 10;
const DISAGREEMENT = 5;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: StatusFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const report = await status({
    url: urlToRead(config),
    migrations: migrationsAtHand(config),
    allowOutOfOrder: flags.allowOutOfOrder === true,
  });
  const isDisagreement = flags.exitCode === true && report.problems.length > 0;
  return commandResult(report, (data, paint) => statusText(data, paint, context.isVerbose), {
    exitCode: isDisagreement ? DISAGREEMENT : 0,
  });
}

function statusText(report: StatusReport, paint: Paint, isVerbose: boolean): string {
  const { counts } = report;
  const others = (["pending", "partial", "edited", "missing-file", "ahead"] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${state}`);
  const head = [
    `${paint("bold", report.database)} on PostgreSQL ${formatServerVersion(report.serverVersion)}` +
      `${report.readOnly ? ", read-only" : ""}: ${[`${counts.applied} applied`, ...others].join(", ")}`,
    ...(report.stateVersion === null ? ["Lockkeeper has not run here yet."] : []),
    ...(report.floor === null ? [] : [`Serves applications from ${report.floor} on.`]),
    ...waitingLines(report),
    ...leaseLines(report),
    ...sweepLines(report),
  ];
  return [...head, ...migrationLines(report.migrations, paint, isVerbose), ...problemLines(report, paint)].join("\n");
}

function waitingLines({ migrations }: StatusReport): string[] {
  const waiting = migrations.filter(({ contract }) => contract === "waiting");
  return waiting.length === 0
    ? []
    : [`What ${count(waiting.length, "migration")} took away is kept until \`lockkeeper contract\`.`];
}

function leaseLines({ lease }: StatusReport): string[] {
  if (lease === null) {
    return [];
  }
  const request = lease.request === null ? "" : `, asked to ${lease.request}`;
  return [
    lease.alive
      ? `At work: ${lease.holder} since ${formatTime(lease.acquiredAt)}${request}.`
      : `Gone: ${lease.holder} stopped renewing its lease; the next runner takes over.`,
  ];
}

function sweepLines({ sweeps, migrations }: StatusReport): string[] {
  return sweeps.map((sweep) => {
    const of = migrations.find(({ run }) => run?.id === sweep.run);
    return `Rows of ${sweep.table} (${of === undefined ? `run ${sweep.run}` : of.id}, step ${sweep.step}): ${describeStanding(sweep)}.`;
  });
}

function migrationLines(migrations: readonly MigrationStatus[], paint: Paint, isVerbose: boolean): string[] {
  if (migrations.length === 0) {
    return [];
  }
  const settled = migrations.filter(({ state }) => state === "applied").length;
  let hidden = isVerbose ? 0 : Math.max(0, settled - LISTED);
  const omitted = hidden === 0 ? [] : [paint("dim", `… and ${count(hidden, "earlier one")} (--verbose lists them)`)];
  const listed = migrations.filter(
    ({ state, contract }) => state !== "applied" || hidden-- <= 0 || contract === "waiting",
  );
  const rows = listed.map((one) => [
    one.id,
    one.state +
      (one.contract === "waiting" ? ", waits for contract" : "") +
      (one.run === null ? "" : ` (${runText(one.run)})`),
    one.appliedAt === null ? "" : formatTime(one.appliedAt),
    one.durationMs === null ? (one.adoptedFrom ?? one.origin ?? "") : formatMs(one.durationMs),
  ]);
  const [head = "", ...lines] = table(["MIGRATION", "STATE", "APPLIED", "TOOK"], rows);
  return ["", paint("dim", head), ...lines.map((line, index) => shade(line, listed[index], paint)), ...omitted];
}

const WAYS: Readonly<Record<RunProgress["direction"], string>> = {
  up: "",
  down: "way back, ",
  contract: "contract, ",
};

const runText = ({ id, direction, state, stepsDone, steps }: RunProgress): string =>
  `${WAYS[direction]}run ${id} ${state}, ${stepsDone} of ${count(steps, "step")}`;

function shade(line: string, migration: MigrationStatus | undefined, paint: Paint): string {
  switch (migration?.state) {
    case "pending":
    case "ahead":
      return paint("cyan", line);
    case "edited":
    case "missing-file":
    case "partial":
      return paint("yellow", line);
    default:
      return line;
  }
}

/** Why a run stands, and what makes it go on where nobody is at work. */
function parkedLines(id: string, run: RunProgress, lease: StatusReport["lease"], paint: Paint): string[] {
  const what = `${OF[run.direction]}${id}`;
  const why = run.error === null ? [] : [`${paint("yellow", run.error.code)} stopped ${what}: ${run.error.message}`];
  if (lease?.alive === true || (run.state !== "interrupted" && run.state !== "paused" && run.state !== "aborted")) {
    return why;
  }
  const next =
    run.state !== "interrupted" && run.direction === "up"
      ? "`lockkeeper resume` goes on with it, `lockkeeper down` takes it back"
      : `\`lockkeeper ${run.direction === "contract" ? `contract ${id}` : run.direction}\` goes on with it`;
  return [...why, `${paint("yellow", run.state)}: ${what}; ${next}.`];
}

const OF: Readonly<Record<RunProgress["direction"], string>> = {
  up: "",
  down: "the way back of ",
  contract: "the contract of ",
};

function problemLines({ problems, migrations, lease }: StatusReport, paint: Paint): string[] {
  const parked = migrations.flatMap(({ id, run }) => (run === null ? [] : parkedLines(id, run, lease, paint)));
  const found = problems.map(
    ({ code, message, action }) => `${paint("red", code)}: ${message}\n${indent(action, "  ")}`,
  );
  return [...parked, ...found].flatMap((text) => ["", text]);
}

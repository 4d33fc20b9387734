import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { connect } from "../../postgres/session.ts";
import { history, type RunRecord, type StepRecord } from "../../run/history.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { readState } from "../../run/read-state.ts";
import { status } from "../../run/status.ts";
import { migrationsAtHand, urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatMs, formatTime, oneLine, table } from "../format.ts";
import type { Paint } from "../paint.ts";

export interface HistoryFlags {
  readonly limit?: number;
  readonly accuracy?: boolean;
}

export async function run(
  context: CommandContext,
  [id]: readonly string[],
  flags: HistoryFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const url = urlToRead(config);
  const requireKnown = async (): Promise<void> => {
    const { migrations } = await status({ url, migrations: migrationsAtHand(config) });
    if (id !== undefined && !migrations.some((migration) => migration.id === id)) {
      throw new LockkeeperError("migration_unknown", { message: `There is no migration ${id}, here or in the files.` });
    }
  };
  if (flags.accuracy === true) return await accuracy(url, id, flags, requireKnown);
  const runs = await history({
    url,
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(id === undefined ? {} : { migration: id }),
  });
  if (runs.length === 0) await requireKnown();
  return commandResult({ runs }, (data, paint) => historyText(data.runs, id, paint, context.isVerbose));
}

async function accuracy(
  url: string,
  id: string | undefined,
  { limit = 20 }: HistoryFlags,
  requireKnown: () => Promise<void>,
): Promise<CommandResult> {
  const [{ readAccuracy }, { accuracyText }] = await Promise.all([
    import("../../safety/estimate/accuracy.ts"),
    import("../renderers/accuracy-text.ts"),
  ]);
  const compared = await namingFailures(async () => {
    await using session = await connect(url);
    await readState(session);
    return await readAccuracy(session, { limit, ...(id === undefined ? {} : { migration: id }) });
  });
  if (compared.steps.length === 0) await requireKnown();
  return commandResult(compared, accuracyText);
}

function historyText(
  runs: readonly RunRecord[],
  migration: string | undefined,
  paint: Paint,
  isVerbose: boolean,
): string {
  if (runs.length === 0) {
    return migration === undefined ? "Nothing was run here." : `${migration} was not run here.`;
  }
  const rows = runs.map((run) => [
    String(run.run),
    run.direction,
    run.migration,
    run.state,
    formatTime(run.startedAt ?? run.queuedAt),
    run.durationMs === null ? "-" : `${formatMs(run.durationMs)}${run.wasInterrupted ? ", with stops" : ""}`,
    `${run.steps.filter(({ state }) => state === "done").length}/${run.plannedSteps}`,
    run.holder ?? "",
  ]);
  const [head = "", ...lines] = table(["RUN", "WAY", "MIGRATION", "STATE", "STARTED", "TOOK", "STEPS", "BY"], rows);
  return [
    paint("dim", head),
    ...lines.flatMap((line, index) => [line, ...detailLines(runs[index], paint, isVerbose)]),
  ].join("\n");
}

function detailLines(run: RunRecord | undefined, paint: Paint, isVerbose: boolean): string[] {
  const error = run?.error ?? undefined;
  return [
    ...(error === undefined ? [] : [`     ${paint("red", error.code)}: ${oneLine(error.message, 160)}`]),
    ...(run?.overrides ?? []).map(
      ({ gate, because, actor }) =>
        `     ${paint("yellow", `gate ${gate} overridden`)} by ${actor}: ${oneLine(because, 120)}`,
    ),
    ...(isVerbose ? (run?.steps ?? []).map(stepLine) : []),
  ];
}

function stepLine({ step, title, state, durationMs, wasInterrupted, attempts, lockWaitMs, locks }: StepRecord): string {
  const facts = [
    durationMs === null ? state : formatMs(durationMs),
    ...(wasInterrupted ? ["interrupted, and gone on with"] : []),
    ...(attempts !== null && attempts > 1
      ? [`${count(attempts, "attempt")}, ${formatMs(lockWaitMs ?? 0)} waiting for locks`]
      : []),
    ...locks.map(({ relation, mode }) => `${mode} on ${relation}`),
  ];
  return `     ${step}  ${title}  (${facts.join("; ")})`;
}

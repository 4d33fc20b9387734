import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { readProject } from "../../migrations/read-project.ts";
import { connect } from "../../postgres/session.ts";
import { acceptDrift } from "../../run/drift/accept-drift.ts";
import { type Drift, type DriftReport, lookForDrift } from "../../run/drift/drift-of.ts";
import { noteDrift } from "../../run/drift/note-drift.ts";
import { rebuild } from "../../run/drift/rebuild.ts";
import { type Reconciling, reconcile } from "../../run/drift/reconcile.ts";
import { namingFailures } from "../../run/name-failure.ts";
import type { Stop } from "../../run/stop.ts";
import { migrationsAtHand, policyOf, urlToChange, urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatTime } from "../format.ts";
import { writeNewMigration } from "../new-files.ts";
import type { Paint } from "../paint.ts";
import { changesText } from "../renderers/changes-text.ts";

export interface DriftFlags {
  readonly rebuild?: boolean;
  readonly accept?: string;
  readonly restore?: string;
  readonly ignore?: readonly string[];
  readonly reason?: string;
}

interface DriftResult extends DriftReport {
  /** Files of the migration that reconciles. */
  readonly files: readonly string[];
  /** Whether it was seen to lead there and back in a scratch database; null where no file was asked for. */
  readonly proven: boolean | null;
  /** Why not. */
  readonly unproven: string | null;
}

/** A migration that was written, and what is known of it. */
interface WrittenMigration extends Pick<Reconciling, "unproven"> {
  readonly files: readonly string[];
}

const DRIFT = 5;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: DriftFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const policy = policyOf(config);
  const ignore = [...policy.drift.ignore, ...(flags.ignore ?? [])];
  const stop = context.endOnSignals();
  const drift = await namingFailures(async () => {
    await using session = await connect(urlToRead(config), { applicationName: "lockkeeper drift" });
    const options = { session, policy, stop, scratch: config.scratch };
    const rebuilt =
      flags.rebuild === true ? await rebuild({ ...options, migrations: migrationsAtHand(config) }) : undefined;
    const found = await lookForDrift(session, { ...policy, drift: { ...policy.drift, ignore } }, rebuilt);
    if (rebuilt === undefined && flags.ignore === undefined) await noteDrift(session, found);
    return found;
  });
  const written = await namingFailures(() => writeReconciling(context, flags, drift, stop));
  const isSettled = drift.report.objects.length === 0 || flags.accept !== undefined;
  const result = {
    ...drift.report,
    files: written?.files ?? [],
    proven: written === undefined ? null : written.unproven === undefined,
    unproven: written?.unproven ?? null,
  };
  return commandResult<DriftResult>(result, driftText, {
    exitCode: isSettled ? 0 : DRIFT,
    log: { drifted: drift.report.objects.length },
  });
}

async function writeReconciling(
  context: CommandContext,
  { accept, restore, reason }: DriftFlags,
  drift: Drift,
  { soon: signal }: Stop,
): Promise<WrittenMigration | undefined> {
  const name = accept ?? restore;
  if (name === undefined || drift.report.objects.length === 0) return undefined;
  if (drift.report.ofRuns.length > 0) {
    throw new LockkeeperError("run_parked", {
      message: "A run is at work, or stopped half way: what it changes cannot be told from what others changed.",
      notDone: "No file was made.",
      action: "Wait for it, or finish it with `lockkeeper resume`; then run the command again.",
    });
  }
  const config = await context.config();
  const major = Math.floor(drift.live.facts.server.version / 10_000);
  const { up, down, unproven } = await reconcile(drift, {
    direction: accept === undefined ? "restore" : "accept",
    places: { ...config.scratch, target: urlToChange(config), major },
    signal,
  });
  const written = writeNewMigration(config.migrations, name, () => ({ ".sql": up, ".down.sql": down }));
  if (accept === undefined) return { ...written, unproven };
  try {
    const migration = readProject(config.migrations, config.layout).find(({ id }) => id === written.id);
    if (migration === undefined) throw new LockkeeperError("internal", { message: `${written.id} is not read back.` });
    await acceptDrift({
      url: urlToChange(config),
      policy: policyOf(config),
      emit: context.emit,
      stop: context.heedSignals(),
      migration,
      drift,
      ...(reason === undefined ? {} : { reason }),
    });
  } catch (error) {
    // It would be run where everything it makes is there.
    written.remove();
    throw error;
  }
  return { ...written, unproven };
}

function driftText(
  { objects, recorded, against, ofRuns, knowsTimes, files, unproven }: DriftResult,
  paint: Paint,
): string {
  const than = against === "rebuilt" ? "what the migrations make" : "what the last run left";
  const since =
    recorded === null
      ? ""
      : ` (${recorded.command}${recorded.run === null ? "" : `, run ${recorded.run}`}, ${formatTime(recorded.takenAt)})`;
  const beside = ofRuns.length === 0 ? [] : [`${count(ofRuns.length, "object")} more differ by what runs have begun.`];
  if (objects.length === 0) return [`The schema is ${than}${since}.`, ...beside].join("\n");
  return [
    `${count(objects.length, "object")} ${objects.length === 1 ? "is" : "are"} otherwise than ${than}${since}:`,
    "",
    changesText(objects, paint),
    "",
    ...beside,
    ...(knowsTimes ? [] : ["When it was changed is not known: the server has track_commit_timestamp off."]),
    ...(files.length === 0
      ? [
          "`lockkeeper drift --accept NAME` makes it part of the migrations, `lockkeeper drift --restore NAME` writes the one that takes it back.",
        ]
      : [
          ...files.map((file) => `Written: ${file}`),
          unproven === null ? "Proven in a scratch database, there and back." : `Not proven: ${unproven}`,
        ]),
  ].join("\n");
}

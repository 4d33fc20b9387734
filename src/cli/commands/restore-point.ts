import { bytesInWords, rowsInWords, secondsInWords } from "../../effects/numbers-in-words.ts";
import { migrationsAtHand, policyOf, urlToRead } from "../../run/target.ts";
import { blocksInWords } from "../../safety/planned-locks.ts";
import { MOMENTS } from "../../safety/rollback/moment.ts";
import { type MigrationPoint, type RestorePoint, restorePoint } from "../../safety/rollback/restore-point.ts";
import type { Way, WayKind } from "../../safety/rollback/way.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { formatTime, indent } from "../format.ts";
import type { Paint } from "../paint.ts";

export interface RestorePointFlags {
  readonly to?: string;
}

export async function run(
  context: CommandContext,
  _args: readonly string[],
  { to }: RestorePointFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const point = await restorePoint({
    url: urlToRead(config),
    migrations: migrationsAtHand(config),
    policy: policyOf(config),
    stop: context.endOnSignals(),
    ...(to === undefined ? {} : { to }),
  });
  return commandResult(point, restorePointText);
}

function restorePointText(point: RestorePoint, paint: Paint): string {
  const { database, at, runner, migrations, pending, backup } = point;
  const head = [
    `${paint("bold", database)} at ${formatTime(at)}${runner === null ? "" : `; at work: ${runner}`}`,
    ...(pending.length === 0 ? [] : [`Nothing was begun of ${pending.join(", ")}.`]),
    ...(migrations.length === 0 ? ["There is nothing to come back from."] : []),
    backup === null
      ? "No backup is on record that was restored and found right."
      : `Newest verified backup: ${backup.id}, ${secondsInWords(backup.ageSeconds)} old, ${bytesInWords(backup.sizeBytes)}.`,
  ];
  return [...head, ...migrations.flatMap((one) => ["", pointText(one, paint)])].join("\n");
}

function pointText({ id, moment, state, stepsDone, steps, error, ways }: MigrationPoint, paint: Paint): string {
  const run = state === null || steps === null ? "" : ` (run ${state}, ${stepsDone} of ${steps} steps)`;
  return [
    `${paint("bold", id)}: ${MOMENTS[moment]}${run}`,
    ...(error === null ? [] : [`  ${paint("yellow", error.code)}: ${indent(error.message, "  ").trimStart()}`]),
    ...ways.flatMap((way, index) => wayLines(way, index === 0, paint)),
  ].join("\n");
}

const NAMES: Readonly<Record<WayKind, string>> = {
  forward: "forward",
  down: "way back",
  quarantine: "from quarantine",
  backup: "from the backup",
};

function wayLines(way: Way, isFirst: boolean, paint: Paint): string[] {
  const name = NAMES[way.kind];
  if (!way.isOpen) {
    return [`  ${paint("dim", `${name}: not now.`)} ${indent(way.because ?? "", "    ").trimStart()}`];
  }
  const cost = [
    ...(way.seconds === null ? [] : [secondsInWords(way.seconds)]),
    ...way.locks.map(({ relation, lock, blocks }) => `${lock} on ${relation} (blocks ${blocksInWords(blocks)})`),
  ];
  return [
    `  ${paint("cyan", name)}${isFirst ? ", to be preferred" : ""}: ${way.outcome}`,
    ...(way.because === null ? [] : [indent(way.because, "    ")]),
    ...way.commands.map((command) => `    $ ${command}`),
    ...way.sql.map((sql) => indent(`${sql};`, "    ")),
    ...way.kept.map(
      ({ was, now, rows, bytes }) =>
        `    ${paint("dim", "there:")} ${was} in ${now} (${rows < 0 ? "" : `${rowsInWords(rows)}, `}${bytesInWords(bytes)})`,
    ),
    ...(way.kind === "quarantine" ? [] : way.keeps.map((kept) => `    ${paint("dim", "keeps:")} ${kept}`)),
    ...way.loses.map((lost) => `    ${paint("yellow", "loses:")} ${lost}`),
    ...way.mayStop.map(({ reason }) => `    ${paint("yellow", "may stop:")} ${reason}`),
    ...(cost.length === 0 ? [] : [`    ${paint("dim", "takes:")} ${cost.join("; ")}`]),
  ];
}

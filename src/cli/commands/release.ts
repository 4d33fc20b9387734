import { migrationsOf, policyOf, urlToChange } from "../../run/target.ts";
import { type ReleaseReport, release } from "../../safety/release/release.ts";
import type { StageReport } from "../../safety/release/stage.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { confirmRemovals } from "../confirm-removals.ts";
import { indent } from "../format.ts";
import { type OverrideFlags, overridesOf } from "../override-flags.ts";
import type { Paint } from "../paint.ts";

export interface ReleaseFlags extends OverrideFlags {
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly without?: readonly ("backup" | "rehearsal")[];
  readonly clone?: boolean;
  readonly yes?: boolean;
}

export async function run(context: CommandContext, _: readonly string[], flags: ReleaseFlags): Promise<CommandResult> {
  const config = await context.config();
  const url = urlToChange(config);
  const dryRun = flags.dryRun === true;
  const report = await release({
    config,
    cwd: context.cwd,
    url,
    migrations: migrationsOf(config),
    policy: policyOf(config),
    ...(flags.to === undefined ? {} : { to: flags.to }),
    without: flags.without ?? [],
    clone: flags.clone === true,
    overrides: overridesOf(flags),
    dryRun,
    confirm: (plans) => confirmRemovals(context, url, plans, flags.yes === true),
    emit: context.emit,
    stop: context.heedSignals(),
  });
  const { exitCode, ...data } = report;
  return commandResult({ ...data, dryRun }, releaseText, { exitCode, log: { held: report.held } });
}

const MARKS: Readonly<Record<StageReport["state"], readonly [mark: string, shade: Parameters<Paint>[0]]>> = {
  done: ["✓", "green"],
  stands: ["=", "green"],
  stopped: ["✗", "red"],
  "would run": ["·", "cyan"],
  waiting: ["·", "dim"],
};

interface Told extends Omit<ReleaseReport, "exitCode"> {
  readonly dryRun: boolean;
}

function releaseText({ stages, left, held, dryRun }: Told, paint: Paint): string {
  const stopped = stages.find(({ state }) => state === "stopped");
  return [
    ...stages.map((stage) => stageText(stage, paint)),
    "",
    ...(left.length === 0
      ? []
      : [`Something is left standing for applications of before by ${left.join(", ")}: \`lockkeeper contract\`.`]),
    ...(stopped === undefined ? [] : [`Stopped at ${stopped.stage}; \`lockkeeper release\` goes on from there.`]),
    ...(held ? [dryRun ? "Nothing was done." : "Released."] : []),
  ].join("\n");
}

function stageText({ stage, state, message, action }: StageReport, paint: Paint): string {
  const [mark, shade] = MARKS[state];
  return [
    `${paint(shade, mark)} ${paint("bold", stage.padEnd(9))} ${indent(message, " ".repeat(12)).trimStart()}`,
    ...(action === undefined ? [] : [indent(action, " ".repeat(12))]),
  ].join("\n");
}

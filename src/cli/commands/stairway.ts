import { readCatalog } from "../../catalog/read-catalog.ts";
import { storedCatalog } from "../../desired/stored-catalog.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { connect } from "../../postgres/session.ts";
import { readState } from "../../run/read-state.ts";
import { type Stair, type StairwayReport, type StartingSchema, stairway } from "../../run/stairway/stairway.ts";
import { migrationsOf, policyOf } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { indent } from "../format.ts";
import { majorOf } from "../lint-policy.ts";
import type { Paint } from "../paint.ts";
import { changesText } from "../renderers/changes-text.ts";

export interface StairwayFlags {
  readonly from?: string;
  readonly after?: string;
  readonly serverVersion?: string;
}

const FINDINGS = 1;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: StairwayFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const migrations = migrationsOf(config);
  const stop = context.endOnSignals();
  const from =
    flags.from === undefined ? undefined : await startingSchema(flags.from, flags.after, migrations, context);
  const fromMajor = from === undefined ? undefined : Math.floor(from.catalog.facts.server.version / 10_000);
  const report = await stairway({
    places: {
      ...config.scratch,
      major: flags.serverVersion === undefined ? fromMajor : majorOf(flags.serverVersion),
    },
    migrations,
    policy: policyOf(config),
    stop,
    ...(from === undefined ? {} : { from }),
    onStair: ({ id, outcome }) => {
      if (context.isVerbose) context.note(`${id}: ${outcome}`);
    },
  });
  return commandResult(report, stairwayText, {
    exitCode: report.first === null ? 0 : FINDINGS,
    log: { stairs: report.stairs.length, first: report.first },
  });
}

/** A database says which migrations it holds; of a file somebody must. */
async function startingSchema(
  from: string,
  after: string | undefined,
  migrations: readonly Migration[],
  { cwd }: CommandContext,
): Promise<StartingSchema> {
  const last = migrations.findIndex(({ id }) => id === after);
  if (after !== undefined && last === -1) {
    throw new LockkeeperError("migration_unknown", {
      message: `There is no migration ${after}.`,
      notDone: "Nothing was run.",
    });
  }
  const named = migrations.slice(0, last + 1).map(({ id }) => id);
  if (!/^postgres(?:ql)?:\/\//.test(from)) return { catalog: storedCatalog(from, cwd), inForce: named };
  await using session = await connect(from, { applicationName: "lockkeeper stairway" });
  const { applied } = await readState(session);
  const catalog = await readCatalog(session.query);
  return { catalog, inForce: after === undefined ? applied.map(({ id }) => id) : named };
}

function stairwayText({ stairs, first, notReached, from }: StairwayReport, paint: Paint): string {
  const wrong = stairs.filter(({ outcome }) => outcome !== "same");
  const head = `${count(stairs.length - wrong.length, "migration")} of ${stairs.length} came back to the same schema, up, down and up again, from ${
    from === "empty" ? "an empty database" : "the schema given"
  }.`;
  return [
    head,
    ...(first === null ? [] : [`The first that does not come back is ${paint("bold", first)}.`]),
    ...wrong.flatMap((stair) => ["", stairText(stair, paint)]),
    ...(notReached.length === 0 ? [] : ["", `Not reached: ${notReached.join(", ")}.`]),
  ].join("\n");
}

function stairText({ id, outcome, where, irreversible, differences, error }: Stair, paint: Paint): string {
  const what = {
    same: "",
    irreversible: "no way back is known",
    differs: where === "down" ? "the way back leads to another schema" : "the second way up leads to another schema",
    fails: where === "up" ? "does not come up" : where === "down" ? "does not go down" : "does not come up again",
  }[outcome];
  return [
    `${paint("red", "✗")} ${paint("bold", id)}: ${what}${irreversible.length > 0 || differences.length > 0 ? ":" : ""}`,
    ...irreversible.flatMap(({ at, sql, reason, action }, index) => [
      `  ${at.file}:${at.line}: ${oneLine(sql)}\n      ${reason}`,
      ...(irreversible[index + 1]?.action === action ? [] : [`      ${paint("dim", action)}`]),
    ]),
    ...(differences.length === 0 ? [] : [indent(changesText(differences, paint), "  ")]),
    ...(error === null ? [] : [`  ${paint("red", error.code)}: ${indent(error.message, "  ").trimStart()}`]),
  ].join("\n");
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, " ");
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

import { count } from "../../errors/count.ts";
import { type Squashed, squash } from "../../run/squash/squash.ts";
import { migrationsOf, policyOf } from "../../run/target.ts";
import { targetMajor } from "../../run/target-major.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { oneLine } from "../format.ts";
import { majorOf } from "../lint-policy.ts";
import { finishSquash, type SquashedFiles, writeSquash } from "../squash-files.ts";

export interface SquashFlags {
  readonly to: string;
  readonly name?: string;
  readonly serverVersion?: string;
}

export async function run(
  context: CommandContext,
  _args: readonly string[],
  { to, name = "squashed", serverVersion }: SquashFlags,
): Promise<CommandResult> {
  const config = await context.config();
  for (const path of finishSquash(config.migrations))
    context.note(`${path} had been replaced: it was still there, and is removed.`);
  const { named, database } = config.scratch;
  const isPlaceNamed = named !== undefined || database !== undefined;
  const major =
    serverVersion !== undefined
      ? majorOf(serverVersion)
      : isPlaceNamed
        ? undefined
        : await targetMajor(config.directDatabase ?? config.database, context.note);
  const squashed = await squash({
    places: { ...config.scratch, major },
    migrations: migrationsOf(config),
    policy: policyOf(config),
    stop: context.endOnSignals(),
    to,
    name,
  });
  const { file, kept } = writeSquash(config.migrations, squashed);
  const { text: _, replaced, ...proven } = squashed;
  return commandResult({ ...proven, file, kept, replaced: replaced.map((one) => one.id) }, squashText);
}

type SquashData = Omit<Squashed, "text" | "replaced"> & SquashedFiles & { readonly replaced: readonly string[] };

function squashText({ file, kept, replaced, fingerprint, rows, data, outside }: SquashData): string {
  const generated = rows.filter((one) => one.generated).map(({ table }) => table);
  const seeded = rows.reduce((sum, one) => sum + one.rows, 0);
  return [
    `${file} stands for ${count(replaced.length, "migration")}: both ways lead to the same schema (${fingerprint.slice(0, 12)}).`,
    `The files it stands for are in ${kept}.`,
    "Databases that have all of them are recognised by the next `lockkeeper up`.",
    ...(data.length === 0
      ? []
      : [
          "",
          `${count(data.length, "statement")} of them wrote rows, or may have. What they make of an empty database is in the file: ${count(seeded, "row")} in ${count(rows.length, "table")}.`,
          ...places(data),
        ]),
    ...(generated.length === 0
      ? []
      : [
          "",
          `Each run of the migrations made other values in ${generated.join(", ")}; every new database gets those in the file now. Put the expressions in their places where they must differ.`,
        ]),
    ...(outside.length === 0 ? [] : ["", "As they were written, because no schema tells of them:", ...places(outside)]),
  ].join("\n");
}

/** How many are shown to people; `--json` has all. */
const SHOWN = 20;

const places = (statements: SquashData["data"]): readonly string[] => [
  ...statements.slice(0, SHOWN).map(({ file, line, sql }) => `  ${file}:${line}: ${oneLine(sql, 80)}`),
  ...(statements.length > SHOWN ? [`  and ${statements.length - SHOWN} more`] : []),
];

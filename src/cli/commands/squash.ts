import { count } from "../../errors/count.ts";
import { squash } from "../../run/squash/squash.ts";
import { migrationsOf, policyOf } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { majorOf } from "../lint-policy.ts";
import { writeSquash } from "../squash-files.ts";

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
  const squashed = await squash({
    places: { named: config.scratch, major: serverVersion === undefined ? undefined : majorOf(serverVersion) },
    migrations: migrationsOf(config),
    policy: policyOf(config),
    stop: context.endOnSignals(),
    to,
    name,
  });
  const { file, kept } = writeSquash(config.migrations, squashed);
  const { id, replaced, fingerprint } = squashed;
  return commandResult({ id, file, kept, replaced: replaced.map((one) => one.id), fingerprint }, (data) =>
    [
      `${data.file} stands for ${count(data.replaced.length, "migration")}: both ways lead to the same schema (${data.fingerprint.slice(0, 12)}).`,
      `The files it stands for are in ${data.kept}.`,
      "Databases that have all of them are recognised by the next `lockkeeper up`.",
    ].join("\n"),
  );
}

import { count } from "../../errors/count.ts";
import type { ForeignLayout } from "../../migrations/layouts/layout.ts";
import { type AdoptResult, adopt } from "../../run/adopt.ts";
import { policyOf, urlToChange } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { indent } from "../format.ts";
import type { Paint } from "../paint.ts";

export interface AdoptFlags {
  readonly from?: ForeignLayout;
  readonly schema?: string;
  readonly table?: string;
  readonly dryRun?: boolean;
  readonly reason?: string;
}

const DISAGREEMENT = 5;

export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: AdoptFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const { from, schema, table, dryRun = false, reason } = flags;
  const result = await adopt({
    url: urlToChange(config),
    policy: policyOf(config),
    emit: context.emit,
    stop: context.heedSignals(),
    folder: config.migrations,
    dryRun,
    ...(from === undefined ? {} : { from }),
    ...(schema === undefined ? {} : { schema }),
    ...(table === undefined ? {} : { table }),
    ...(reason === undefined ? {} : { reason }),
  });
  return commandResult({ dryRun, ...result }, resultText, {
    exitCode: result.report.clean ? 0 : DISAGREEMENT,
    log: { adopted: result.adopted.length },
  });
}

function resultText(
  { dryRun, report, adopted, known }: AdoptResult & { readonly dryRun: boolean },
  paint: Paint,
): string {
  const { counts } = report;
  const before = known === 0 ? "" : ` beside ${known} adopted before`;
  return [
    `${dryRun ? "Would adopt" : "Adopted"} ${count(adopted.length, "migration")} of ${report.tool} from ${report.table}${before}.`,
    `${counts.pending} of ${count(counts.files, "file")} pending. The table itself stays as it is.`,
    ...report.problems.map(
      ({ severity, message, action }) =>
        `\n${paint(severity === "error" ? "red" : "yellow", severity)}: ${message}\n${indent(action, "  ")}`,
    ),
    ...report.limits.map((limit) => paint("dim", `Note: ${limit}`)),
  ].join("\n");
}

import type { ResolvedConfig } from "../../config/load-config.ts";
import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { bad, type Finding, good } from "../../run/doctor/finding.ts";
import { doctor } from "../../run/doctor.ts";
import { migrationsAtHand, policyOf, urlToChange } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { indent } from "../format.ts";
import type { Paint } from "../paint.ts";

const FOUND_SOMETHING = 1;

export async function run(context: CommandContext): Promise<CommandResult> {
  const config = await context.config();
  const url = urlToChange(config);
  const { role } = policyOf(config);
  const findings = [lookAtFiles(config), ...(await doctor({ url, ...(role === undefined ? {} : { role }) }))];
  const isWell = findings.every(({ ok }) => ok);
  return commandResult({ findings }, findingsText, { exitCode: isWell ? 0 : FOUND_SOMETHING });
}

function lookAtFiles(config: ResolvedConfig): Finding {
  try {
    const found = migrationsAtHand(config).length;
    return good("migrations", `${count(found, "migration")} can be read in ${config.migrations}.`);
  } catch (error) {
    if (error instanceof LockkeeperError) {
      return bad("migrations", error.message, error.action);
    }
    throw error;
  }
}

function findingsText({ findings }: { readonly findings: readonly Finding[] }, paint: Paint): string {
  const wrong = findings.filter(({ ok }) => !ok).length;
  return [
    ...findings.map(({ check, ok, message, action }) =>
      [
        `${ok ? paint("green", "✓") : paint("red", "✗")} ${paint("bold", check)}: ${indent(message, "  ").trimStart()}`,
        ...(action === null ? [] : [indent(action, "    ")]),
      ].join("\n"),
    ),
    "",
    wrong === 0 ? "Nothing stands in the way." : `${count(wrong, "finding")}.`,
  ].join("\n");
}

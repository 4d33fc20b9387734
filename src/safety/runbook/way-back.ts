import { type Scenario, scenariosOf } from "../rollback/scenarios.ts";
import { type Block, command, heading, list, paragraph, prose } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";

/** How to come back, by situation. */
export function wayBack({ plans, backup }: RunbookFacts): readonly Block[] {
  return [
    heading("Coming back"),
    paragraph(
      prose(
        "`lockkeeper restore-point` tells at any moment which of these applies, with what it keeps, loses and costs then. It changes nothing.",
      ),
    ),
    ...scenariosOf(plans).flatMap(oneScenario),
    heading("When nothing else is left: the backup", 3),
    paragraph(
      prose(
        backup === null
          ? "There is none on record that was restored and found right: what is removed cannot be brought back at all."
          : `Backup \`${backup.id}\` holds what was committed before ${backup.at}. Restore it into another database and take from there what is missing; whatever was written since is not in it.`,
      ),
    ),
  ];
}

const oneScenario = ({ title, sign, commands, outcome, keeps, loses }: Scenario): readonly Block[] => [
  heading(title, 3),
  paragraph(prose(sign)),
  ...commands.flatMap(command),
  paragraph(prose(outcome)),
  ...list([...keeps.map((one) => prose(`Kept: ${one}`)), ...loses.map((one) => prose(`Lost: ${one}`))]),
];

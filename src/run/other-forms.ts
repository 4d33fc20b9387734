import type { Plan, PlannedStatement } from "../plan/plan.ts";

const LENGTH = 70;

const short = (sql: string): string => {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length <= LENGTH ? line : `${line.slice(0, LENGTH - 1)}…`;
};

/** A sentence for each statement that runs in another form than its author wrote, and one for what waits for contract. */
export function otherForms({ migration, steps, contract }: Plan): string[] {
  const forms = new Map<string, [PlannedStatement, ...PlannedStatement[]]>();
  for (const step of steps) {
    for (const one of step.kind === "script" ? [] : step.kind === "ddl" ? step.statements : [step.statement]) {
      if (one.insteadOf !== undefined && one.isTrial !== true) {
        const place = `${one.at.file}:${one.at.line}:${one.at.column}`;
        forms.set(place, [...(forms.get(place) ?? []), one] as [PlannedStatement, ...PlannedStatement[]]);
      }
    }
  }
  const told = [...forms.values()].map(([first, ...rest]) => {
    const form =
      first.sql === first.insteadOf
        ? "in batches, each of which commits"
        : rest.length === 0
          ? `as ${short(first.sql)}`
          : `in ${rest.length + 1} pieces that stop nobody for long`;
    const { file, line, column } = first.at;
    return `${file}:${line}:${column}: ${short(first.insteadOf ?? "")} runs ${form}.`;
  });
  const kept = `${migration}: what older releases still need is kept until \`lockkeeper contract ${migration}\`.`;
  return contract === undefined ? told : [...told, kept];
}

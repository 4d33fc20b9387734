import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { ConstraintIndexValue } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { optionStatements } from "./naming.ts";

/** The constraint makes it and takes it along. */
export const CONSTRAINT_INDEX: Rule<ConstraintIndexValue> = {
  create: ({ id, value }) => settings(undefined, value).map((sql) => ({ sql, alters: [id] })),
  drop: () => [],
  alter: ({ value: before }, { id, value: after }) => ({
    actions: settings(before, after).map((sql) => ({ sql, alters: [id] })),
  }),
  noun: ({ value: { on, name } }) => ({ comment: `INDEX ${quoteQualified({ schema: on.schema, name })}` }),
};

function settings(before: ConstraintIndexValue | undefined, after: ConstraintIndexValue): string[] {
  return indexSettings(
    { schema: after.on.schema, name: after.name },
    { ...before, targets: before?.statisticsTargets ?? {} },
    { ...after, targets: after.statisticsTargets ?? {} },
  );
}

interface Settings {
  readonly options?: Readonly<Record<string, string>>;
  readonly tablespace?: string;
  /** By the number of the key, from 1. */
  readonly targets: Readonly<Record<string, number>>;
}

/** What ALTER INDEX can change. */
export function indexSettings(
  index: { readonly schema: string; readonly name: string },
  before: Settings,
  after: Settings,
): string[] {
  const alter = `ALTER INDEX ${quoteQualified(index)} `;
  const keys = new Set([...Object.keys(before.targets), ...Object.keys(after.targets)]);
  return [
    ...(before.tablespace === after.tablespace
      ? []
      : [`${alter}SET TABLESPACE ${quoteIdentifier(after.tablespace ?? "pg_default")}`]),
    ...optionStatements(alter, before.options, after.options),
    ...[...keys]
      .filter((key) => before.targets[key] !== after.targets[key])
      .map((key) => `${alter}ALTER COLUMN ${key} SET STATISTICS ${after.targets[key] ?? -1}`),
  ];
}

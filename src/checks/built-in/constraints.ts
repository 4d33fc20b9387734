import type { Table } from "../../catalog/model/table.ts";
import { count } from "../../errors/count.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { constraintsOf, quotedColumn } from "./relations.ts";

const notValidated: Check = {
  id: "constraint-not-validated",
  title: "Every constraint was validated for the rows that were there before it",
  area: "structure",
  severity: "warning",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) => [
    ...constraintsOf(catalog)
      .filter(({ part }) => part.enforced && !part.validated && part.parent === undefined)
      .map(({ table, part }) => notValid(table, part.name, `The constraint ${part.name}`)),
    ...catalog.tables.flatMap((table) =>
      table.columns.flatMap(({ name, notNullConstraint }) =>
        notNullConstraint === undefined || notNullConstraint.validated || notNullConstraint.inheritedFrom > 0
          ? []
          : [notValid(table, notNullConstraint.name, `NOT NULL of ${quotedColumn(table, name)}`)],
      ),
    ),
  ],
};

const notValid = (table: Table, constraint: string, what: string): CheckFinding => ({
  object: quoteQualified(table),
  message: `${what} of ${quoteQualified(table)} is not validated: rows from before it may violate it, and the planner does not rely on it.`,
  fix: `ALTER TABLE ${quoteQualified(table)} VALIDATE CONSTRAINT ${quoteIdentifier(constraint)};`,
});

const notEnforced: Check = {
  id: "constraint-not-enforced",
  title: "Every constraint is enforced",
  area: "structure",
  severity: "info",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) =>
    constraintsOf(catalog)
      .filter(({ part }) => !part.enforced && part.parent === undefined)
      .map(({ table, part }) => ({
        object: quoteQualified(table),
        message: `The constraint ${part.name} of ${quoteQualified(table)} is declared NOT ENFORCED.`,
      })),
};

const disabled: Check = {
  id: "trigger-disabled",
  title: "No trigger is disabled",
  area: "structure",
  severity: "error",
  depth: "catalog",
  phase: "both",
  find: ({ catalog }) => [
    ...catalog.tables.flatMap((table) =>
      table.triggers
        .filter(({ enabled }) => enabled === "disabled")
        .map(({ name }) => ({
          object: quoteQualified(table),
          message: `The trigger ${name} of ${quoteQualified(table)} is disabled.`,
          fix: `ALTER TABLE ${quoteQualified(table)} ENABLE TRIGGER ${quoteIdentifier(name)};`,
        })),
    ),
    ...constraintsOf(catalog)
      .filter(({ part }) => part.triggersDisabled)
      .map(({ table, part }) => ({
        object: quoteQualified(table),
        severity: "critical" as const,
        message: `Nothing checks the constraint ${part.name} of ${quoteQualified(table)}: its triggers are disabled.`,
        fix: `ALTER TABLE ${quoteQualified(table)} ENABLE TRIGGER ALL;`,
      })),
  ],
};

const violated: Check = {
  id: "check-violated",
  title: "Every row satisfies the CHECK and NOT NULL constraints of its table, also those that were not validated",
  area: "data",
  severity: "error",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask }) {
    const findings: CheckFinding[] = [];
    for (const table of catalog.tables) {
      if (table.kind !== "ordinary") continue;
      const rules = rulesOf(table);
      if (rules.length === 0) continue;
      const counts = rules.map(({ broken }, nth) => `(count(*) FILTER (WHERE ${broken}))::text AS n${nth}`);
      const [row = {}] = await ask<Record<string, string>>(
        `SELECT ${counts.join(", ")} FROM ONLY ${quoteQualified(table)}`,
      );
      for (const [nth, { name }] of rules.entries()) {
        const rows = Number(row[`n${nth}`]);
        if (rows === 0) continue;
        findings.push({
          object: quoteQualified(table),
          message: `${count(rows, "row")} of ${quoteQualified(table)} ${rows === 1 ? "violates" : "violate"} ${name}.`,
          rows,
        });
      }
    }
    return findings;
  },
};

function rulesOf({ columns, constraints }: Table): readonly { readonly name: string; readonly broken: string }[] {
  return [
    ...constraints.flatMap((one) =>
      one.type === "check" ? [{ name: one.name, broken: `NOT (${one.expression})` }] : [],
    ),
    ...columns.flatMap(({ name, notNullConstraint }) =>
      notNullConstraint === undefined || notNullConstraint.validated
        ? []
        : [{ name: notNullConstraint.name, broken: `${quoteIdentifier(name)} IS NULL` }],
    ),
  ];
}

export const CONSTRAINT_CHECKS: readonly Check[] = [notValidated, notEnforced, disabled, violated];

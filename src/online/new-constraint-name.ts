import type { Constraint } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import { type OnlineContext, stateAfter, type Written } from "./online-context.ts";

/** The name of the constraint that a statement adds: the author's, or the one PostgreSQL chooses. */
export function newConstraintName(
  { conname }: Constraint,
  before: Table,
  statement: Written,
  context: OnlineContext,
): string | undefined {
  if (conname !== undefined) return conname;
  const known = new Set(namesIn(before));
  return namesIn(stateAfter(context, statement).table(before)).find((name) => !known.has(name));
}

const namesIn = (table: Table | undefined): string[] => [
  ...(table?.constraints ?? []).map(({ name }) => name),
  ...(table?.columns ?? []).flatMap(({ notNullConstraint }) => notNullConstraint?.name ?? []),
];

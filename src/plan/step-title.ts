import type { PlannedStatement } from "./plan.ts";

const TITLE_LENGTH = 80;

/** A statement on one short line. */
export function summarize(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH - 1)}…`;
}

/** The name of a step of these statements. */
export const titleOf = (statements: readonly PlannedStatement[]): string => {
  const [first] = statements;
  return statements.length === 1 && first !== undefined ? summarize(first.sql) : `${statements.length} statements`;
};

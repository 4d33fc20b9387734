import type { Column } from "../../catalog/model/column.ts";

/** A column with the SQL on its row that gives it its value. */
export interface Assigned {
  readonly column: Pick<Column, "name" | "type" | "collation">;
  readonly value: string;
}

/**
 * Columns that say the same as others: which of the two sides a client wrote tells which one follows. Where both were
 * written, and where something comes with a row that is inserted, it is `lead` that does.
 */
export interface TwoSides {
  readonly how: "sides";
  readonly lead: readonly Assigned[];
  readonly follow: readonly Assigned[];
  /** True: what leads is then put into the others again, which keep it also where somebody leaves it out. */
  readonly returns?: boolean;
  /** True: the values also depend on settings of the session. */
  readonly unsteady?: boolean;
}

/** The SQL of one side: the columns and their values as a trigger's function says them of its row. */
type Side = readonly { readonly target: string; readonly value: string; readonly reads: readonly string[] }[];

/** Lines of PL/pgSQL that give a side its values, each worked out of the row as it was. */
function assignments(side: Side): readonly string[] {
  const isPlain = side.every(({ reads }, at) => !side.slice(0, at).some(({ target }) => reads.includes(target)));
  if (isPlain) return side.map(({ target, value }) => `${target} := ${value};`);
  return [`SELECT ${side.map(({ value }) => value).join(", ")} INTO ${side.map(({ target }) => target).join(", ")};`];
}

/**
 * The lines of a trigger's function that keep two sides alike.
 *
 * @param isWritten the condition under which an UPDATE changes a column, by its name
 */
export function twoSidesBody(lead: Side, follow: Side, isWritten: SidesWritten, returns: boolean): string {
  const [forth, back] = [assignments(follow), assignments(lead)];
  const given = lead.map(({ target }) => `${target} IS NOT NULL`).join(" OR ");
  const lines = (all: readonly string[]): string => all.map((line) => `    ${line}`).join("\n");
  return `  IF TG_OP OPERATOR(pg_catalog.=) 'INSERT' AND (${given}) OR TG_OP OPERATOR(pg_catalog.=) 'UPDATE' AND (${isWritten.lead}) THEN
${lines(forth)}
  ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' OR ${isWritten.follow} THEN
${lines(returns ? [...back, ...forth] : back)}
  END IF;`;
}

interface SidesWritten {
  readonly lead: string;
  readonly follow: string;
}

import type { ColumnDef } from "libpg-query";
import type { TypeReference } from "../../catalog/model/names.ts";
import { type AddedColumn, addedColumn } from "../../effects/alter-table/new-column.ts";
import { domainsOf, isConstrained } from "../../effects/alter-table/written-type.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { OnlineContext } from "../online-context.ts";
import { type OnlineForm, type SweepNeed, sweep } from "../piece.ts";
import { rebuildBeside } from "../rebuild/rebuild-beside.ts";
import type { Subcommand } from "../subcommand.ts";
import { harmInWords } from "../too-long.ts";
import type { Inline } from "./column-text.ts";
import { generatedColumn } from "./generated-column.ts";
import { newColumn } from "./new-column.ts";
import { identityColumn, serialColumn } from "./sequence-column.ts";
import { valueColumn } from "./value-column.ts";

/**
 * ADD COLUMN of a column whose values differ from row to row: made without a value, then filled a few rows at a time,
 * then proved. Its keys, checks and foreign keys are for the caller to add behind it.
 */
export function filledColumn(
  part: Subcommand,
  definition: ColumnDef,
  inline: readonly Inline[],
  using: ColumnExpression | undefined,
  context: OnlineContext,
): OnlineForm {
  const column = addedColumn(part.command.def, context.state);
  if (isConstrained(column.type, context.state)) return ofDomain(part, column, inline, context);
  const added = newColumn(part, definition, column, inline, context);
  switch (column.fills) {
    case "serial":
      return serialColumn(added);
    case "identity":
      return identityColumn(added);
    case "stored":
      return generatedColumn(added);
    default:
      return valueColumn(added, using);
  }
}

/**
 * PostgreSQL looks at the constraints of a domain by writing the table again, for a new column as for one that becomes
 * of the domain, whatever the rows hold. So it is written again beside itself.
 */
function ofDomain(
  part: Subcommand,
  { name, type }: AddedColumn,
  inline: readonly Inline[],
  context: OnlineContext,
): OnlineForm {
  const { table, statement, text } = part;
  const why = `has every row looked at for the domain ${quoteQualified(type)}: ${harmInWords(statement, context)}`;
  const isPlain = inline.every(({ constraint }) => PLAIN.has(constraint.contype ?? ""));
  if (part.isAlone === true && isPlain) {
    const form = rebuildBeside(table, statement, why, context, { changes: [text] });
    return form.kind === "refused" ? { ...form, instead: instead(name, type, context) } : form;
  }
  const need: SweepNeed = { table: { schema: table.schema, name: table.name }, columns: [name], work: "rebuild" };
  return sweep(need, why, `add the column by a statement of its own, or ${instead(name, type, context)}`);
}

/** Constraints that a new table has from the beginning by the same names. */
const PLAIN: ReadonlySet<string> = new Set(["CONSTR_DEFAULT", "CONSTR_NOTNULL", "CONSTR_NULL"]);

function instead(name: string, type: TypeReference, { state }: OnlineContext): string {
  const domains = domainsOf(type, state);
  const checks = domains.flatMap(({ constraints, notNull }) => [
    ...constraints.flatMap(({ type: kind, definition }) => (kind === "check" ? [definition] : [])),
    ...(notNull ? ["NOT NULL"] : []),
  ]);
  const base = domains.at(-1)?.base.text ?? "";
  return `write the type and the conditions of the domain by themselves, ${[base, ...checks].join(" ")}, on ${name} instead of VALUE, which are proved while everybody goes on`;
}

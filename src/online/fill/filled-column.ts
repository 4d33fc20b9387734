import type { ColumnDef } from "libpg-query";
import { addedColumn } from "../../effects/alter-table/new-column.ts";
import { domainsOf, isConstrained } from "../../effects/alter-table/written-type.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { OnlineContext } from "../online-context.ts";
import { type OnlineForm, sweep } from "../piece.ts";
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
  if (isConstrained(column.type, context.state)) return ofDomain(part, column.name, column, context);
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
 * of the domain, whatever the rows hold: only a table with another name gets such a column by itself.
 */
function ofDomain(
  { table, statement }: Subcommand,
  name: string,
  { type }: ReturnType<typeof addedColumn>,
  context: OnlineContext,
): OnlineForm {
  const domains = domainsOf(type, context.state);
  const base = domains.at(-1)?.base.text ?? "";
  const checks = domains.flatMap(({ constraints, notNull }) => [
    ...constraints.flatMap(({ type: kind, definition }) => (kind === "check" ? [definition] : [])),
    ...(notNull ? ["NOT NULL"] : []),
  ]);
  return sweep(
    { table: { schema: table.schema, name: table.name }, columns: [name], work: "rebuild" },
    `has every row looked at for the domain ${quoteQualified(type)}: ${harmInWords(statement, context)}`,
    `write the type and the conditions of the domain by themselves, ${[base, ...checks].join(" ")}, on ${name} instead of VALUE, which are proved while everybody goes on`,
  );
}

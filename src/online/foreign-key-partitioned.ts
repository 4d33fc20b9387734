import type { Table } from "../catalog/model/table.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { tokenize } from "../sql/tokens.ts";
import { contextAfter, harm, type OnlineContext, stateAfter, written } from "./online-context.ts";
import { alone, along, brief, type OnlineForm, type Piece, pieces } from "./piece.ts";
import type { Subcommand } from "./subcommand.ts";
import { tooLong } from "./too-long.ts";

/**
 * Before PostgreSQL 18 a foreign key of a partitioned table cannot be NOT VALID. Each partition with rows gets it first,
 * NOT VALID and then proved; the one of the partitioned table takes them over and reads no row.
 *
 * Source: `addFkRecurseReferencing`, `tryAttachPartitionForeignKey` in PostgreSQL's `src/backend/commands/tablecmds.c`.
 */
export function foreignKeyOfPartitioned(
  { head, table, text, statement }: Subcommand,
  context: OnlineContext,
): OnlineForm {
  const after = stateAfter(context, statement);
  const at = tokenize(text).find(({ kind, text: word }) => kind === "word" && word.toLowerCase() === "foreign");
  if (at === undefined) return tooLong(statement, context);
  const definition = text.slice(at.start);
  const done = context.state
    .descendantsOf(table)
    .filter(({ kind }) => kind === "ordinary")
    .flatMap((leaf) => keyFirst(leaf, after.table(leaf), definition));
  const known = new Set(table.constraints.map(({ name }) => name));
  const name = after.table(table)?.constraints.find((one) => one.type === "foreign key" && !known.has(one.name))?.name;
  if (name === undefined) return tooLong(statement, context);
  const named = `${head} ADD CONSTRAINT ${quoteIdentifier(name)} ${definition}`;
  const behind = contextAfter(context, done);
  if (harm(written(named), behind).length > 0) return tooLong(statement, behind);
  // The names of the partitions' keys are taken by now, also from the one that PostgreSQL would choose.
  return pieces(...done, brief(named, "cutover"));
}

function keyFirst(leaf: Table, made: Table | undefined, definition: string): readonly Piece[] {
  const known = new Set(leaf.constraints.map(({ name }) => name));
  const key = made?.constraints.find(({ type, name }) => type === "foreign key" && !known.has(name));
  if (key === undefined) return [];
  const head = `ALTER TABLE ${quoteQualified(leaf)}`;
  const name = quoteIdentifier(key.name);
  return [
    along(brief(`${head} ADD CONSTRAINT ${name} ${definition} NOT VALID`)),
    along(alone(`${head} VALIDATE CONSTRAINT ${name}`, "migrate")),
  ];
}

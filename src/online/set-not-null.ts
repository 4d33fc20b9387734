import { quoteIdentifier } from "../sql/quote.ts";
import { freeConstraintName } from "./free-name.ts";
import { type OnlineContext, stateAfter } from "./online-context.ts";
import { alone, brief, type OnlineForm, pieces } from "./piece.ts";
import type { Subcommand } from "./subcommand.ts";

/** The first server with NOT NULL constraints that can be NOT VALID. */
const NOT_NULL_NOT_VALID = 18;

/**
 * SET NOT NULL that reads no row under its lock: a constraint is proved first, under a lock that lets readers and
 * writers through. Up to PostgreSQL 17 a CHECK that SET NOT NULL takes for proof and that goes again; from 18 on the
 * NOT NULL constraint itself, NOT VALID at first.
 *
 * Source: PostgreSQL documentation, ALTER TABLE ("SET NOT NULL", "ADD table_constraint [NOT VALID]").
 */
export function setNotNullOnline(part: Subcommand, context: OnlineContext): OnlineForm {
  const { head, table, command, statement } = part;
  const column = command.name ?? "";
  const known = table.columns.find(({ name }) => name === column)?.notNullConstraint;
  if (context.state.major >= NOT_NULL_NOT_VALID) {
    if (known !== undefined)
      return pieces(alone(`${head} VALIDATE CONSTRAINT ${quoteIdentifier(known.name)}`, "migrate"));
    const after = stateAfter(context, statement).table(table);
    const name = after?.columns.find((one) => one.name === column)?.notNullConstraint?.name;
    return pieces(...proved(head, name ?? freeConstraintName(table, `${table.name}_${column}_not_null`), column));
  }
  const proof = quoteIdentifier(freeConstraintName(table, `lockkeeper_${column}_not_null`));
  const dropProof = `${head} DROP CONSTRAINT ${proof}`;
  const alike = part.only && context.state.childrenOf(table).length > 0 ? " NO INHERIT" : "";
  return pieces(
    brief(`${head} ADD CONSTRAINT ${proof} CHECK (${quoteIdentifier(column)} IS NOT NULL)${alike} NOT VALID`, "expand"),
    alone(`${head} VALIDATE CONSTRAINT ${proof}`, "migrate"),
    brief(`${head} ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`, "cutover"),
    brief(dropProof, "cutover"),
  );
}

const proved = (head: string, name: string, column: string) => [
  brief(`${head} ADD CONSTRAINT ${quoteIdentifier(name)} NOT NULL ${quoteIdentifier(column)} NOT VALID`, "expand"),
  alone(`${head} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`, "migrate"),
];

import type { Constraint } from "libpg-query";
import { nodeAs } from "../sql/node-as.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { foreignKeyOfPartitioned } from "./foreign-key-partitioned.ts";
import { keyOnline } from "./key-constraint.ts";
import { newConstraintName } from "./new-constraint-name.ts";
import type { OnlineContext } from "./online-context.ts";
import { alone, brief, type OnlineForm, pieces } from "./piece.ts";
import { insertBehind } from "./splice.ts";
import type { Subcommand } from "./subcommand.ts";
import { tooLong } from "./too-long.ts";

/** The first server that takes NOT VALID foreign keys of partitioned tables. */
const PARTITIONED_NOT_VALID = 18;

/** ADD CONSTRAINT whose proof or index is made under a lock that lets readers and writers through. */
export function addConstraintOnline(part: Subcommand, context: OnlineContext): OnlineForm {
  const constraint = nodeAs(part.command.def, "Constraint");
  switch (constraint?.contype) {
    case "CONSTR_CHECK":
    case "CONSTR_NOTNULL":
      return provedLater(part, constraint, context);
    case "CONSTR_FOREIGN":
      return part.table.partitioning !== undefined && context.state.major < PARTITIONED_NOT_VALID
        ? foreignKeyOfPartitioned(part, context)
        : provedLater(part, constraint, context);
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
      return keyOnline(part, constraint, context);
    case "CONSTR_EXCLUSION":
      return tooLong(part.statement, context, "no server builds the index of an exclusion constraint CONCURRENTLY");
    default:
      return tooLong(part.statement, context);
  }
}

function provedLater(part: Subcommand, constraint: Constraint, context: OnlineContext): OnlineForm {
  const { head, text, statement } = part;
  const name = newConstraintName(constraint, part.table, statement, context);
  if (name === undefined) return tooLong(statement, context);
  const added = constraint.conname === undefined ? named(text, name) : text;
  return pieces(
    brief(`${head} ${added} NOT VALID`, "expand"),
    alone(`${head} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`, "migrate"),
  );
}

/** `ADD CHECK (…)` with a name. */
const named = (text: string, name: string): string =>
  insertBehind(text, ["add"], `CONSTRAINT ${quoteIdentifier(name)}`);

import { nodeAs } from "../sql/node-as.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { commentOnConstraint } from "./comments.ts";
import type { OnlineContext } from "./online-context.ts";
import { alone, brief, joined, type OnlineForm, pieces } from "./piece.ts";
import type { Subcommand } from "./subcommand.ts";
import { tooLong } from "./too-long.ts";

/**
 * ALTER CONSTRAINT … ENFORCED proves a foreign key under its lock. Nothing guards it until then, so it can as well be
 * made again, NOT VALID at first.
 */
export function enforceOnline({ command, head, table, statement }: Subcommand, context: OnlineContext): OnlineForm {
  const change = nodeAs(command.def, "ATAlterConstraint");
  const key = table.constraints.find(({ name }) => name === change?.conname);
  // Deferrability may change along with it; a key that partitions have too is theirs as well.
  const isOnlyEnforced = change?.alterEnforceability === true && change.alterDeferrability !== true;
  if (key === undefined || !isOnlyEnforced || table.partitioning !== undefined || key.parent !== undefined) {
    return tooLong(statement, context, undefined, "drop the constraint, add it again NOT VALID, and validate it");
  }
  const name = quoteIdentifier(key.name);
  const definition = key.definition.replace(/ NOT ENFORCED$/, "").replace(/ NOT VALID$/, "");
  const comment = commentOnConstraint(table, key);
  return pieces(
    brief(`${head} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${definition} NOT VALID`),
    ...(comment === undefined ? [] : [joined(brief(comment))]),
    alone(`${head} VALIDATE CONSTRAINT ${name}`, "migrate"),
  );
}

import type { DropStmt } from "libpg-query";
import { namesOf } from "../sql/object-name.ts";
import { quoteQualified } from "../sql/quote.ts";
import type { OnlineContext } from "./online-context.ts";
import { AS_WRITTEN, alone, brief, type OnlineForm, type Piece, pieces } from "./piece.ts";

/**
 * DROP INDEX CONCURRENTLY, one index a statement. Indexes of partitioned tables, of constraints and those that other
 * objects depend on cannot go that way (CASCADE), and take their short lock.
 */
export function dropIndexOnline(node: DropStmt, { state }: OnlineContext): OnlineForm {
  if (node.behavior === "DROP_CASCADE") return AS_WRITTEN;
  const ifExists = node.missing_ok === true ? "IF EXISTS " : "";
  const all = (node.objects ?? []).map((object): Piece => {
    const names = namesOf(object);
    const [name = ""] = names.slice(-1);
    const schema = names.at(-2);
    const found = state.relation({ schema, name });
    const index = quoteQualified({ ...(schema === undefined ? {} : { schema }), name });
    const isOwn = found?.kind === "index" && !state.isNew(found.on);
    const canBeConcurrent = isOwn && !found.is.partitioned && found.is.parent === undefined && !isTemporary(found.on);
    // Where the author asks for it, only what PostgreSQL refuses is done otherwise.
    const staysConcurrent = node.concurrent === true && !(found?.kind === "index" && found.is.partitioned);
    return canBeConcurrent || staysConcurrent
      ? alone(`DROP INDEX CONCURRENTLY ${ifExists}${index}`, "expand")
      : brief(`DROP INDEX ${ifExists}${index}`);
  });
  // What the author wrote is of one kind for all of them.
  const isAsWritten = all.every(({ transaction }) => (transaction === "alone") === (node.concurrent === true));
  return isAsWritten ? AS_WRITTEN : pieces(...all);
}

const isTemporary = (on: object): boolean => "persistence" in on && on.persistence === "temporary";

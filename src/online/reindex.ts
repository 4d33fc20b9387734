import type { ReindexStmt } from "libpg-query";
import { nodesAs } from "../sql/node-as.ts";
import { tokenize } from "../sql/tokens.ts";
import type { Written } from "./online-context.ts";
import { AS_WRITTEN, alone, type OnlineForm, pieces, refused } from "./piece.ts";

/** REINDEX … CONCURRENTLY; the system catalogs cannot be rebuilt that way. */
export function reindexOnline(node: ReindexStmt, { sql }: Written): OnlineForm {
  if (nodesAs(node.params, "DefElem").some(({ defname }) => defname === "concurrently")) return AS_WRITTEN;
  if (node.kind === "REINDEX_OBJECT_SYSTEM") {
    return refused("REINDEX SYSTEM locks the system catalogs, and nothing can be done about it while clients work.");
  }
  const kind = tokenize(sql).find(
    ({ kind: is, text }) => is === "word" && ["index", "table", "schema", "database"].includes(text.toLowerCase()),
  );
  const at = kind?.end ?? sql.length;
  return pieces(alone(`${sql.slice(0, at)} CONCURRENTLY${sql.slice(at)}`, "expand"));
}

import { alterTableOnline, tooLong } from "./alter-table.ts";
import { createIndexOnline } from "./create-index.ts";
import { dropIndexOnline } from "./drop-index.ts";
import { harm, type OnlineContext, type Written } from "./online-context.ts";
import { AS_WRITTEN, type OnlineForm } from "./piece.ts";
import { refreshOnline } from "./refresh-view.ts";
import { reindexOnline } from "./reindex.ts";

/**
 * The cheapest form of a statement that stops nobody for long: as it is written, taken apart into pieces, or none.
 * Pure; reads the catalog in the context, never a database.
 */
export function onlineForm(statement: Written, context: OnlineContext): OnlineForm {
  const { parsed } = statement;
  if (parsed.tag === "AlterTableStmt" && parsed.node.objtype === "OBJECT_TABLE") {
    return alterTableOnline(parsed.node, statement, context);
  }
  if (parsed.tag === "DropStmt" && parsed.node.removeType === "OBJECT_INDEX" && parsed.node.concurrent !== true) {
    return dropIndexOnline(parsed.node, context);
  }
  if (harm(statement, context).length === 0) return AS_WRITTEN;
  switch (parsed.tag) {
    case "IndexStmt":
      return createIndexOnline(parsed.node, statement, context);
    case "ReindexStmt":
      return reindexOnline(parsed.node, statement);
    case "RefreshMatViewStmt":
      return refreshOnline(parsed.node, statement, context);
    default:
      return tooLong(statement, context);
  }
}

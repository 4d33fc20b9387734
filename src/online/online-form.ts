import { alterDomainOnline } from "./alter-domain.ts";
import { alterTableOnline } from "./alter-table.ts";
import { endBridges } from "./bridge.ts";
import { archivedBy } from "./bulk/archive-obstacle.ts";
import { archiveOnline, bulkWriteOnline } from "./bulk-write.ts";
import { createIndexOnline } from "./create-index.ts";
import { createPartitionOnline } from "./create-partition.ts";
import { dropIndexOnline } from "./drop-index.ts";
import { dropKeptOnline } from "./drop-kept.ts";
import { dropTableOnline } from "./drop-table.ts";
import { brokenComputed } from "./fill/computed-column.ts";
import { keptInTheWay } from "./kept-column.ts";
import { endDefaults } from "./kept-default.ts";
import { keptForRole } from "./kept-roles.ts";
import { contextAfter, harm, type OnlineContext, type Written } from "./online-context.ts";
import { AFTER_CONTRACT, AS_WRITTEN, brief, joined, type OnlineForm, refused } from "./piece.ts";
import { rebuildOnline } from "./rebuild-table.ts";
import { refreshOnline } from "./refresh-view.ts";
import { reindexOnline } from "./reindex.ts";
import { renameOnline } from "./rename-table.ts";
import { standingSync } from "./sync/standing-sync.ts";
import { takenKeptName } from "./taken-kept-name.ts";
import { tooLong } from "./too-long.ts";
import { unnamedColumns } from "./unnamed-columns.ts";

/**
 * The cheapest form of a statement that stops nobody for long: as it is written, taken apart into pieces, or none.
 * Pure; reads the catalog in the context, never a database.
 */
export function onlineForm(statement: Written, context: OnlineContext): OnlineForm {
  const { parsed } = statement;
  const ended = [...endBridges(parsed, context.state), ...endDefaults(parsed, context.state)].map((sql) => brief(sql));
  const form = formOf(statement, ended.length === 0 ? context : contextAfter(context, ended));
  if (ended.length === 0 || (form.kind !== "pieces" && form.kind !== "as written")) return form;
  const behind = form.kind === "pieces" ? form.pieces : [joined(brief(statement.sql))];
  return { kind: "pieces", pieces: [...ended, ...behind] };
}

function formOf(statement: Written, context: OnlineContext): OnlineForm {
  const { parsed } = statement;
  const standing = standingSync(parsed, context);
  if (standing !== undefined) return refused(standing, AFTER_CONTRACT);
  const kept = keptInTheWay(parsed, context);
  if (kept !== undefined) return refused(kept, AFTER_CONTRACT);
  const meant = takenKeptName(parsed, context) ?? unnamedColumns(parsed, context) ?? keptForRole(parsed, context);
  if (meant !== undefined) return meant;
  const broken = brokenComputed(parsed, context);
  if (broken !== undefined) {
    return refused(broken, "drop the trigger and the function in front of it, and make them again behind it");
  }
  if (parsed.tag === "AlterTableStmt" && parsed.node.objtype === "OBJECT_TABLE") {
    return alterTableOnline(parsed.node, statement, context);
  }
  if (parsed.tag === "DropStmt" && parsed.node.removeType === "OBJECT_INDEX") {
    return dropIndexOnline(parsed.node, context);
  }
  if (parsed.tag === "DropStmt" && parsed.node.removeType === "OBJECT_TABLE") {
    return dropTableOnline(parsed.node, statement, context);
  }
  if (parsed.tag === "DropStmt") {
    const dropped = dropKeptOnline(parsed.node, statement, context);
    if (dropped !== undefined) return dropped;
  }
  if (parsed.tag === "RenameStmt") return renameOnline(parsed.node, statement, context);
  if (parsed.tag === "UpdateStmt" || parsed.tag === "DeleteStmt") {
    return bulkWriteOnline(parsed.node, statement, context);
  }
  if (parsed.tag === "InsertStmt" && archivedBy(parsed.node) !== undefined) {
    return archiveOnline(parsed.node, statement, context);
  }
  const isConcurrentIndex = parsed.tag === "IndexStmt" && parsed.node.concurrent === true;
  if (!isConcurrentIndex && harm(statement, context).length === 0) return AS_WRITTEN;
  switch (parsed.tag) {
    case "CreateStmt":
      return createPartitionOnline(parsed.node, statement, context);
    case "AlterDomainStmt":
      return alterDomainOnline(statement, context);
    case "ClusterStmt":
    case "VacuumStmt":
      return rebuildOnline(statement, context);
    case "IndexStmt":
      return createIndexOnline(parsed.node, statement, context);
    case "ReindexStmt":
      return reindexOnline(parsed.node, statement, context);
    case "RefreshMatViewStmt":
      return refreshOnline(parsed.node, statement, context);
    default:
      return tooLong(statement, context);
  }
}

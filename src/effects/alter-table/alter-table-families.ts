import type { Families } from "../family.ts";
import { alterTable } from "./alter-table.ts";
import { moveAll } from "./move-all.ts";
import { renameRelation, setSchema } from "./rename.ts";

export const ALTER_TABLE_FAMILIES: Families = {
  AlterTableStmt: alterTable,
  AlterTableMoveAllStmt: moveAll,
  RenameStmt: renameRelation,
  AlterObjectSchemaStmt: setSchema,
};

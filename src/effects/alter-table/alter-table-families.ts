import type { Families } from "../family.ts";
import { alterTable } from "./alter-table.ts";
import { renameRelation, setSchema } from "./rename.ts";

export const ALTER_TABLE_FAMILIES: Families = {
  AlterTableStmt: alterTable,
  RenameStmt: renameRelation,
  AlterObjectSchemaStmt: setSchema,
};

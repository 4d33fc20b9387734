import type { Families } from "../family.ts";
import { createForeignTable, createTable } from "./create-table.ts";
import { createTableAs } from "./create-table-as.ts";
import { createView } from "./create-view.ts";

export const CREATE_FAMILIES: Families = {
  CreateStmt: createTable,
  CreateForeignTableStmt: createForeignTable,
  CreateTableAsStmt: createTableAs,
  ViewStmt: createView,
};

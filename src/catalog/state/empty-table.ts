import type { Table } from "../model/table.ts";

/** What a table has before anything is put into it or said of it. */
export const EMPTY_TABLE = {
  inherits: [],
  replicaIdentity: "default",
  rowSecurity: false,
  forceRowSecurity: false,
  columns: [],
  constraints: [],
  indexes: [],
  triggers: [],
  rules: [],
  policies: [],
} as const satisfies Partial<Table>;

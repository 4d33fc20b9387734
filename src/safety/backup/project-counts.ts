import type { TableSum } from "./backup.ts";

/** How much a backup holds, in numbers that people know from their project. */
export interface ProjectCounts {
  /** Without those of Lockkeeper's own schema. */
  readonly tables: number;
  /** In these tables. */
  readonly rows: number;
  /** Tables of Lockkeeper's own schema, which are in the backup too. */
  readonly stateTables: number;
}

export function projectCounts(all: readonly Pick<TableSum, "schema" | "rows">[]): ProjectCounts {
  const tables = all.filter(({ schema }) => schema !== "lockkeeper");
  return {
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    stateTables: all.length - tables.length,
  };
}

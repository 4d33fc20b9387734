import type { QualifiedName } from "./names.ts";

/** CREATE STATISTICS. */
export interface StatisticsObject extends QualifiedName {
  readonly table: QualifiedName;
  readonly kinds: readonly ("ndistinct" | "dependencies" | "mcv" | "expressions")[];
  /** By name: their order says nothing. */
  readonly columns: readonly string[];
  readonly expressions: readonly string[];
  readonly target?: number;
  /** pg_get_statisticsobjdef. */
  readonly definition: string;
  readonly owner: string;
  readonly comment?: string;
}

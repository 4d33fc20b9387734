import type { NodeTag } from "../../sql/parse-statement.ts";

const QUERIES: ReadonlySet<string> = new Set<NodeTag>([
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
  "CopyStmt",
  "ExplainStmt",
  "CreateTableAsStmt",
  "DeclareCursorStmt",
  "ExecuteStmt",
  "DoStmt",
  "CallStmt",
]);

/** Statements that are queries themselves: which rows they read is up to the planner, and no work. */
export const isQuery = (tag: NodeTag): boolean => QUERIES.has(tag);

import type { ClusterStmt, RefreshMatViewStmt } from "libpg-query";
import type { UndoItem } from "../plan.ts";
import { restoreClustering } from "./alter-storage.ts";
import { captureOnRelation, T_NAME } from "./relation.ts";
import { text, when } from "./sql-text.ts";

/** The rows of a materialized view come from elsewhere; only whether it has any is its own. */
export const undoRefresh = ({ relation, skipData }: RefreshMatViewStmt): readonly UndoItem[] => [
  captureOnRelation(
    relation,
    when(
      `t.relispopulated <> ${skipData !== true}`,
      text`REFRESH MATERIALIZED VIEW ${T_NAME}${"CASE WHEN t.relispopulated THEN '' ELSE ' WITH NO DATA' END"}`,
    ),
  ),
];

/** CLUSTER … USING also notes the index for the next time. */
export const undoCluster = ({ relation, indexname }: ClusterStmt): readonly UndoItem[] =>
  relation === undefined || indexname === undefined ? [] : [captureOnRelation(relation, restoreClustering)];

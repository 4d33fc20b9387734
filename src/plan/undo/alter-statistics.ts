import type { AlterStatsStmt } from "libpg-query";
import type { UndoItem } from "../plan.ts";
import { capture } from "./capture.ts";
import { one } from "./sql-text.ts";
import { restoreStatisticsTarget, statisticsNamed } from "./statistics-definition.ts";

export const undoAlterStatistics = ({ defnames }: AlterStatsStmt): readonly UndoItem[] => [
  capture(statisticsNamed(defnames), one(restoreStatisticsTarget)),
];

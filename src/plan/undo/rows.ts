import type { CopyStmt, DeleteStmt, InsertStmt, MergeStmt, RangeVar, TruncateStmt, UpdateStmt } from "libpg-query";
import { rangeNames } from "../../sql/object-name.ts";
import type { UndoItem } from "../plan.ts";
import { refused } from "./capture.ts";

const lost = (what: string, relation: RangeVar | undefined): readonly UndoItem[] =>
  refused(`${what} ${rangeNames(relation).join(".")}: the rows as they were are not kept; write the way back by hand`);

export const undoInsert = ({ relation }: InsertStmt): readonly UndoItem[] => lost("INSERT INTO", relation);
export const undoUpdate = ({ relation }: UpdateStmt): readonly UndoItem[] => lost("UPDATE", relation);
export const undoDelete = ({ relation }: DeleteStmt): readonly UndoItem[] => lost("DELETE FROM", relation);
export const undoMerge = ({ relation }: MergeStmt): readonly UndoItem[] => lost("MERGE INTO", relation);

export const undoTruncate = ({ relations }: TruncateStmt): readonly UndoItem[] =>
  refused(`TRUNCATE loses the rows of ${relations?.length === 1 ? "a table" : "several tables"}`);

/** COPY … TO only reads. */
export const undoCopy = ({ relation, is_from, is_program }: CopyStmt): readonly UndoItem[] => {
  if (is_from === true) return lost("COPY", relation);
  return is_program === true ? refused("COPY … TO PROGRAM runs a command on the server") : [];
};

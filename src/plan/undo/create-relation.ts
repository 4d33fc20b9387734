import type {
  CreateForeignTableStmt,
  CreateSeqStmt,
  CreateStmt,
  CreateTableAsStmt,
  RangeVar,
  ViewStmt,
} from "libpg-query";
import { rangeNames } from "../../sql/object-name.ts";
import type { UndoItem } from "../plan.ts";
import type { Circumstances } from "./circumstances.ts";
import { onCreated, onCreatedIfMissing } from "./relation.ts";

/**
 * What is made is dropped, without CASCADE: whatever was hung on it since keeps it. A temporary relation is gone with
 * its session, so its undo never insists.
 */
export function dropCreatedRelation(
  keyword: string,
  relation: RangeVar | undefined,
  ifNotExists: boolean,
  circumstances: Circumstances,
): readonly UndoItem[] {
  const names = rangeNames(relation);
  const ifExists = circumstances.ifExists || relation?.relpersistence === "t" ? "IF EXISTS " : "";
  const drop = (name: string): string => `DROP ${keyword} ${ifExists}${name}`;
  return [ifNotExists ? onCreatedIfMissing(names, "to_regclass(o.name) IS NOT NULL", drop) : onCreated(names, drop)];
}

export const undoCreateTable = (statement: CreateStmt, circumstances: Circumstances): readonly UndoItem[] =>
  dropCreatedRelation("TABLE", statement.relation, statement.if_not_exists === true, circumstances);

export const undoCreateForeignTable = (
  { base }: CreateForeignTableStmt,
  circumstances: Circumstances,
): readonly UndoItem[] =>
  dropCreatedRelation("FOREIGN TABLE", base?.relation, base?.if_not_exists === true, circumstances);

export const undoCreateTableAs = (statement: CreateTableAsStmt, circumstances: Circumstances): readonly UndoItem[] =>
  dropCreatedRelation(
    statement.objtype === "OBJECT_MATVIEW" ? "MATERIALIZED VIEW" : "TABLE",
    statement.into?.rel,
    statement.if_not_exists === true,
    circumstances,
  );

export const undoCreateSequence = (statement: CreateSeqStmt, circumstances: Circumstances): readonly UndoItem[] =>
  dropCreatedRelation("SEQUENCE", statement.sequence, statement.if_not_exists === true, circumstances);

export const undoCreateNewView = (statement: ViewStmt, circumstances: Circumstances): readonly UndoItem[] =>
  dropCreatedRelation("VIEW", statement.view, false, circumstances);

import type { AlterFunctionStmt } from "libpg-query";
import { routineOid } from "../../sql/object-name.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { restoreDefinition } from "./routine-definition.ts";

/** Volatility, cost, SET clauses and the rest are all part of the definition. */
export const undoAlterRoutine = ({ func }: AlterFunctionStmt): readonly UndoItem[] =>
  func === undefined
    ? refused("the routine cannot be named")
    : [capture(`SELECT p.oid FROM pg_proc p WHERE p.oid = ${routineOid(func)}`, ...restoreDefinition("p.oid = t.oid"))];

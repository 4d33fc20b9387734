import type { AlterEnumStmt } from "libpg-query";
import { dotted, namesOf } from "../../sql/object-name.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { constant, one, refuseWhen, text } from "./sql-text.ts";

export function undoAlterEnum(statement: AlterEnumStmt): readonly UndoItem[] {
  const { oldVal, newVal = "", skipIfNewValExists } = statement;
  const type = dotted(namesOf(statement.typeName));
  const target = `SELECT y.oid FROM pg_type y WHERE y.oid = to_regtype(${quoteLiteral(type)})`;
  if (oldVal !== undefined) {
    const back = `${quoteLiteral(newVal)} TO ${quoteLiteral(oldVal)}`;
    return [capture(target, one(text`ALTER TYPE ${"t.oid::regtype"} RENAME VALUE ${constant(back)}`))];
  }
  const reason = `PostgreSQL cannot remove the value ${newVal} from enum ${type} again`;
  if (skipIfNewValExists !== true) return refused(reason);
  const absent = `NOT EXISTS (SELECT FROM pg_enum e WHERE e.enumtypid = t.oid AND e.enumlabel = ${quoteLiteral(newVal)})`;
  return [capture(target, refuseWhen(absent, constant(reason)))];
}

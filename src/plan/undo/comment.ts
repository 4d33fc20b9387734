import type { CommentStmt } from "libpg-query";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { addressOf, identified, KINDS, kindName } from "./object-address.ts";
import { constant, one, text } from "./sql-text.ts";

const DESCRIPTION = `(SELECT quote_literal(d.description) FROM pg_description d
      WHERE d.classoid = t.classid AND d.objoid = t.objid AND d.objsubid = t.objsubid
      UNION ALL SELECT quote_literal(d.description) FROM pg_shdescription d
      WHERE d.classoid = t.classid AND d.objoid = t.objid)`;

const ON_DOMAIN = `(SELECT quote_ident(k.conname) || ' ON DOMAIN ' || k.contypid::regtype FROM pg_constraint k WHERE k.oid = t.objid)`;

/** The comment that stands now comes back. */
export function undoComment({ objtype, object }: CommentStmt): readonly UndoItem[] {
  const address = addressOf(objtype, object);
  const keyword = objtype === undefined ? undefined : KINDS[objtype]?.keyword;
  if (address === undefined || keyword === undefined) {
    return refused(`the comment that stands on this ${kindName(objtype)} cannot be found`);
  }
  const name = objtype === "OBJECT_DOMCONSTRAINT" ? ON_DOMAIN : "t.identity";
  const statement = text`COMMENT ON ${constant(keyword)} ${name} IS ${`coalesce(${DESCRIPTION}, 'NULL')`}`;
  return [capture(identified(address), one(statement))];
}

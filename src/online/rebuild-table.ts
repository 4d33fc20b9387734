import { harm, type OnlineContext, type Written } from "./online-context.ts";
import { type OnlineForm, sweep } from "./piece.ts";
import { harmInWords, tooLong } from "./too-long.ts";

/** CLUSTER and VACUUM FULL write a table again in another order, or without its gaps. */
export function rebuildOnline(statement: Written, context: OnlineContext): OnlineForm {
  const rewritten = harm(statement, context).find(({ work }) => work === "rewrite");
  if (rewritten === undefined) return tooLong(statement, context);
  const { schema, name } = rewritten.relation;
  return sweep({ table: { schema, name }, columns: [], work: "rebuild" }, harmInWords(statement, context));
}

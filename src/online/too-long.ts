import { harm, type OnlineContext, type Written } from "./online-context.ts";
import { type OnlineForm, refused } from "./piece.ts";
import { workInWords } from "./work-in-words.ts";

/** What the statement would stop for how long. */
export const harmInWords = (statement: Written, context: OnlineContext): string =>
  harm(statement, context).map(workInWords).join("; ");

/** No form is known: says what would be stopped for how long, and why there is no other way. */
export const tooLong = (statement: Written, context: OnlineContext, why?: string, instead?: string): OnlineForm =>
  refused(`${harmInWords(statement, context)}${why === undefined ? "" : `: ${why}`}`, instead);

import { endOfString, styleOfPrefix } from "./lexemes.ts";
import { tokenize } from "./tokens.ts";

/**
 * The same statement with blanks for the comments between the parts of a continued string, byte for byte as long:
 *
 *     'one '  -- a comment
 *     'string'
 *
 * The server takes this for one string; the parser library's scanner has comments as tokens of their own and does not.
 */
export function blankCommentsInStrings(text: string): string {
  let blanked = "";
  let done = 0;
  for (const { kind, start } of tokenize(text)) {
    const quote = kind === "string" ? text.indexOf("'", start) : -1;
    if (quote === -1 || text[start] === "$") continue;
    const style = (quote === start + 1 ? styleOfPrefix(text.charCodeAt(start)) : undefined) ?? "plain";
    endOfString(text, quote, style, (from, to) => {
      const gap = text.slice(from, to).replace(/--[^\r\n]*/g, (comment) => " ".repeat(Buffer.byteLength(comment)));
      blanked += text.slice(done, from) + gap;
      done = to;
    });
  }
  return blanked + text.slice(done);
}

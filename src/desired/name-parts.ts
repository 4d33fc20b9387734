import { tokenize } from "../sql/tokens.ts";

/**
 * The parts of a name as SQL writes it: `app."Old Name"`, `mood.'ok'`; words fold to small letters, what is quoted does not.
 *
 * @returns undefined for what is no name
 */
export function nameParts(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  for (const [place, { kind, text: token }] of tokenize(text).entries()) {
    if (place % 2 === 1) {
      if (token !== ".") return undefined;
    } else if (kind === "word") {
      parts.push(token.toLowerCase());
    } else if (kind === "quoted-identifier" && token.startsWith('"')) {
      parts.push(token.slice(1, -1).replaceAll('""', '"'));
    } else if (kind === "string" && token.startsWith("'")) {
      parts.push(token.slice(1, -1).replaceAll("''", "'"));
    } else {
      return undefined;
    }
  }
  return parts.length === 0 || text.trim().endsWith(".") ? undefined : parts;
}

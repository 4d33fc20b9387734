import { type Token, tokenize } from "./tokens.ts";

/**
 * What the server writes for one of its own expressions once it has read its text again: a cast of `ARRAY[…]` to an array
 * becomes a cast of each element (`transformTypeCast` hands the type down), so that
 * `(ARRAY['a'::character varying])::text[]`, which is what it makes of `varchar IN ('a')`, comes back as
 * `ARRAY[('a'::character varying)::text]`. Both say the same; only the second stays as it is.
 *
 * @param text as the server writes it outside of its pretty form: every operand of a cast stands in parentheses
 */
export function settledCasts(text: string): string {
  let settled = text;
  // Of casts of casts, the inner one is handed down first.
  while (settled.includes(CAST_OF_ARRAY)) {
    const tokens = tokenize(settled);
    const cast = tokens.flatMap((_, place) => castAt(tokens, place) ?? [])[0];
    if (cast === undefined) break;
    const { array, type, end } = cast;
    const typeText = settled.slice(type.start, type.end);
    settled = [
      settled.slice(0, array.start),
      elementwise(settled.slice(array.from, array.end), typeText),
      settled.slice(end),
    ].join("");
  }
  return settled;
}

const CAST_OF_ARRAY = "])::";

interface ArrayCast {
  /** From its parenthesis, and from ARRAY, to behind its bracket. */
  readonly array: { readonly start: number; readonly from: number; readonly end: number };
  /** Of the elements. */
  readonly type: { readonly start: number; readonly end: number };
  readonly end: number;
}

/** `(ARRAY[…])::type[]` that begins with the token. */
function castAt(tokens: readonly Token[], place: number): ArrayCast | undefined {
  const [start, from] = [tokens[place], tokens[place + 1]];
  if (start?.text !== "(" || from?.text !== "ARRAY" || tokens[place + 2]?.text !== "[") return undefined;
  const close = closing(tokens, place + 2);
  const [array, type] = [tokens[close], tokens[close + 3]];
  if (tokens[close + 1]?.text !== ")" || tokens[close + 2]?.text !== "::") return undefined;
  const brackets = endOfType(tokens, close + 3);
  const [last, end] = [tokens[brackets - 1], tokens[brackets + 1]];
  if (array === undefined || type === undefined || last === undefined) return undefined;
  if (tokens[brackets]?.text !== "[" || end?.text !== "]") return undefined;
  return {
    array: { start: start.start, from: from.start, end: array.end },
    type: { start: type.start, end: last.end },
    end: end.end,
  };
}

/** The place behind a type's name and its modifiers. */
function endOfType(tokens: readonly Token[], from: number): number {
  let place = from;
  for (let token = tokens[place]; token !== undefined; token = tokens[place]) {
    if (token.text === "(") place = closing(tokens, place) + 1;
    else if (token.kind === "word" || token.kind === "quoted-identifier" || token.text === ".") place += 1;
    else break;
  }
  return place;
}

/** The place of the bracket that closes the one at `open`. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let place = open; place < tokens.length; place += 1) {
    const text = tokens[place]?.text ?? "";
    if (text === "(" || text === "[") depth += 1;
    if (text === ")" || text === "]") depth -= 1;
    if (depth === 0) return place;
  }
  return tokens.length;
}

/** An array's elements, each cast to the type; arrays within it hand it down further. */
function elementwise(array: string, type: string): string {
  const tokens = tokenize(array);
  const last = tokens.length - 1;
  const elements: string[] = [];
  let start = tokens[2]?.start ?? 0;
  for (let place = 2; place <= last; place += 1) {
    const text = tokens[place]?.text ?? "";
    if (text === "(" || text === "[") {
      place = closing(tokens, place);
    } else if (text === "," || place === last) {
      elements.push(array.slice(start, tokens[place]?.start).trim());
      start = tokens[place]?.end ?? start;
    }
  }
  return `ARRAY[${elements.map((element) => (isArray(element) ? elementwise(element, type) : `(${element})::${type}`)).join(", ")}]`;
}

function isArray(text: string): boolean {
  const tokens = tokenize(text);
  return tokens[0]?.text === "ARRAY" && tokens[1]?.text === "[" && closing(tokens, 1) === tokens.length - 1;
}

import type { Literals } from "./literals.ts";

/**
 * Texts that a value of a built-in or well-known type may have, the likeliest first, before they are cast to it. They
 * differ from row to row where the type allows.
 *
 * @param type its name without schema
 * @param text as SQL says it, with its modifier
 * @param row from 1
 * @param hints what the table's conditions compare with
 */
export function textsOfType(type: string, text: string, row: number, hints: Literals): readonly string[] {
  const given = ofKind(type, row, hints);
  if (given !== undefined) return given;
  const length = Number(/\((\d+)\)/.exec(text)?.[1] ?? 1);
  switch (type) {
    case "bit":
      return [bits(row, length), "0".repeat(length)];
    case "varbit":
      return [bits(row, Math.min(length, 8)), "1"];
    case "vector":
    case "halfvec":
      return [`[${Array.from({ length }, (_, at) => (at === 0 ? row : 1)).join(",")}]`];
    case "sparsevec":
      return [`{1:${row}}/${length}`];
    default:
      return [...hints.strings, ...BANK.map((one) => one.replaceAll("#", String(row)))];
  }
}

function ofKind(type: string, row: number, hints: Literals): readonly string[] | undefined {
  if (NUMBERS.has(type)) return numbers(row, hints);
  if (TEXTS.has(type)) return texts(row, hints);
  if (DATES.has(type)) return [...hints.strings, ...DAYS.map((day) => day.replaceAll("#", String(row)))];
  const known = SAMPLES[type];
  return known === undefined
    ? undefined
    : [...hints.strings, ...known.map((sample) => sample.replaceAll("#", String(row)))];
}

const NUMBERS: ReadonlySet<string> = new Set(["int2", "int4", "int8", "numeric", "float4", "float8", "money", "oid"]);
const TEXTS: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "citext", "name", "char"]);
const DATES: ReadonlySet<string> = new Set(["date", "timestamp", "timestamptz"]);

const DAYS = ["2024-01-0#", "now", "tomorrow", "2030-01-0#", "2000-01-0#", "1970-01-0#", "2025-06-1#", "2026-12-2#"];

/** `#` is the number of the row. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  bool: ["true", "false"],
  box: ["(#,#),(0,0)"],
  bytea: ["\\x0#", "\\x", "\\x000102030405060708090a0b0c0d0e0#"],
  cidr: ["10.0.#.0/24", "2001:db8:#::/48"],
  circle: ["<(0,0),#>"],
  geography: ["POINT(# 0)", "POLYGON((0 0,0 1,1 1,0 0))", "LINESTRING(0 0,# 1)"],
  geometry: ["POINT(# 0)", "POLYGON((0 0,0 1,1 1,0 0))", "LINESTRING(0 0,# 1)"],
  hstore: ['"a"=>"#"', ""],
  inet: ["10.0.0.#", "2001:db8::#"],
  interval: ["# days", "# hours", "0"],
  json: ['{"a": #}', "{}", "[]", "[#]", '"a"', "#", "true", "null"],
  jsonb: ['{"a": #}', "{}", "[]", "[#]", '"a"', "#", "true", "null"],
  line: ["{1,-1,#}"],
  lseg: ["[(0,0),(#,1)]"],
  ltree: ["a.b#", "a"],
  macaddr: ["08:00:2b:01:02:0#"],
  macaddr8: ["08:00:2b:01:02:03:04:0#"],
  path: ["[(0,0),(#,1)]", "((0,0),(#,1))"],
  pg_lsn: ["0/#"],
  point: ["(#,0)"],
  polygon: ["((0,0),(0,1),(#,1))"],
  regclass: ["pg_class"],
  time: ["0#:00", "12:00"],
  timetz: ["0#:00+00", "12:00+00"],
  tsquery: ["a & b#"],
  tsvector: ["a b#"],
  uuid: ["00000000-0000-4000-8000-00000000000#"],
  xml: ["<a>#</a>"],
};

/** For types that nobody here knows. */
const BANK = ["#", "a#", "{}", "[]", "{#}", "(#,#)", "[#,#]", "(#)", "0", "2024-01-0#", "a", ""];

const WORDS = ["a#", "A#", "a", "AB", "ABC", "a#@example.com", "https://example.com/#", "#", "00#", "en", "EUR"];
const SHAPES = ["en-US", "a-#", "a_#", "#a2b3c", "10.0.0.#", "+1202555010#", "2024-01-0#", "1.#.0", "/a/#", "A-#", ""];
const LONGEST = 2_000;

function texts(row: number, { strings, numbers: lengths }: Literals): readonly string[] {
  const letter = String.fromCharCode(96 + (((row - 1) % 26) + 1));
  const ofLength = lengths
    .flatMap((length) => [length, length + 1, length - 1])
    .filter((length) => Number.isInteger(length) && length > 0 && length <= LONGEST)
    .flatMap((length) => [letter.repeat(length), String(row % 10).repeat(length), letter.toUpperCase().repeat(length)]);
  const bank = [...WORDS, ...SHAPES].map((one) => one.replaceAll("#", String(row)));
  const uuid = `00000000-0000-4000-8000-00000000000${row}`;
  return [...new Set([...strings, `${letter}${row}`, ...ofLength, ...bank, uuid])];
}

function numbers(row: number, { numbers: hints }: Literals): readonly string[] {
  const near = hints.flatMap((one) => [one, one + 1, one - 1, one + row + 1, one / 2]);
  const small = Array.from({ length: 16 }, (_, at) => at + 1);
  const all = [...(hints.length > 0 ? near : []), row, ...small, 0, 0.5, 50, 100, 1000, 100_000, -row];
  return [...new Set(all.map(String))];
}

const bits = (row: number, length: number): string => row.toString(2).padStart(length, "0").slice(-length);

/** A literal whose type comes of what stands beside it. */
export const UNKNOWN = "unknown";

const INTEGERS = ["int2", "int4", "int8"];
const NUMBERS = [...INTEGERS, "numeric", "float8"];
const COMPARED = [...NUMBERS, "text", "bool", "date", "timestamp", "timestamptz", "uuid"];
const COMPARISONS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const OWN_TYPES: ReadonlySet<string> = new Set([...COMPARED, "varchar", "bpchar", "float4", "json", "jsonb", "bytea"]);

/** Whether a type of PostgreSQL's own is called that. */
export const isOwnType = (name: string): boolean => OWN_TYPES.has(name);

/**
 * The type that an operator of pg_catalog gives which takes just these types; undefined: none is known.
 *
 * @param left undefined: it stands in front of its operand
 */
export function operatorResult(name: string, left: string | undefined, right: string): string | undefined {
  if (left === undefined) return name === "-" && NUMBERS.includes(right) ? right : undefined;
  const [one, other] = [left === UNKNOWN ? right : left, right === UNKNOWN ? left : right];
  const [rank, otherRank] = [INTEGERS.indexOf(one), INTEGERS.indexOf(other)];
  const areIntegers = rank >= 0 && otherRank >= 0;
  if (COMPARISONS.has(name)) return areIntegers || (one === other && COMPARED.includes(one)) ? "bool" : undefined;
  switch (name) {
    case "+":
    case "-":
    case "*":
    case "/":
      if (areIntegers) return INTEGERS[Math.max(rank, otherRank)];
      return one === other && NUMBERS.includes(one) ? one : undefined;
    case "%":
      return one === other && NUMBERS.includes(one) && one !== "float8" ? one : undefined;
    case "||":
      return one === other && one === "text" ? one : undefined;
    default:
      return undefined;
  }
}

const each = (names: string, types: string, result: string): readonly (readonly [string, string])[] =>
  names.split(" ").map((name) => [`${name} ${types}`, result]);

/** By name and types of arguments. */
const FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ...each("lower upper initcap btrim ltrim rtrim reverse md5", "text", "text"),
  ...each("left right substr repeat", "text int4", "text"),
  ...each("substr", "text int4 int4", "text"),
  ...each("length", "text", "int4"),
  ...each("abs ceil floor round sign trunc", "numeric", "numeric"),
  ...each("round trunc", "numeric int4", "numeric"),
  ...INTEGERS.flatMap((type) => each("abs", type, type)),
]);

/** The type that a function of pg_catalog gives which takes just these types; undefined: none is known. */
export const functionResult = (name: string, types: readonly (string | undefined)[]): string | undefined =>
  types.includes(undefined) ? undefined : FUNCTIONS.get([name, ...types].join(" "));

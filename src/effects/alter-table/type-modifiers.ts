import type { PlainType } from "./written-type.ts";

/**
 * Whether every value of one type's modifier is a value of another's, so that the server leaves the length coercion out.
 * `from.modifiers` are empty where the server does not know them: behind a cast, and for a column without any.
 *
 * Source: the planner support functions `varchar_support`, `varbit_support`, `numeric_support`, `interval_support` and
 * `TemporalSimplify`. Types without one (character, bit) and arrays are coerced whenever the modifier is another one.
 */
export function modifierFits(from: PlainType, to: PlainType): boolean {
  if (to.modifiers.length === 0 && to.fields === "") return true;
  if (sameModifier(from, to)) return true;
  if (to.array) return false;
  const [size = 0, scale = 0] = to.modifiers;
  const [oldSize, oldScale = 0] = from.modifiers;
  switch (to.name) {
    case "varchar":
    case "varbit":
      return oldSize !== undefined && oldSize <= size;
    case "numeric":
      return oldSize !== undefined && oldScale === scale && oldSize <= size;
    case "time":
    case "timetz":
    case "timestamp":
    case "timestamptz":
      return size >= MOST_PRECISE || (oldSize !== undefined && oldSize <= size);
    case "interval":
      return intervalFits(from, to);
    default:
      return false;
  }
}

const sameModifier = (one: PlainType, other: PlainType): boolean =>
  one.fields === other.fields && one.modifiers.join() === other.modifiers.join();

const MOST_PRECISE = 6;

/** Finest first, as `intervaltypmodleastfield` numbers them. */
const FIELDS: readonly string[] = ["second", "minute", "hour", "day", "month", "year"];

function intervalFits(from: PlainType, to: PlainType): boolean {
  const oldField = leastField(from);
  const precision = to.modifiers[0] ?? Number.POSITIVE_INFINITY;
  const oldPrecision = from.modifiers[0] ?? Number.POSITIVE_INFINITY;
  const precise = oldField > 0 || precision >= MOST_PRECISE || precision >= oldPrecision;
  return leastField(to) <= oldField && precise;
}

const leastField = ({ fields }: PlainType): number => Math.max(0, FIELDS.indexOf(fields.split(" ").at(-1) ?? ""));

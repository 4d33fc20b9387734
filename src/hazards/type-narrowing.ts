import type { TypeReference } from "../catalog/model/names.ts";
import type { WrittenType } from "./tree.ts";

const INTEGERS: Readonly<Record<string, number>> = {
  int2: 2,
  smallint: 2,
  int4: 4,
  integer: 4,
  int: 4,
  int8: 8,
  bigint: 8,
};

/** Says how the new type holds less than the old one; undefined when it holds as much, or nothing is known. */
export function narrowing(before: TypeReference, after: WrittenType): string | undefined {
  if (before.array || after.array) {
    return undefined;
  }
  const [from, to] = [INTEGERS[before.name], INTEGERS[after.short]];
  if (from !== undefined && to !== undefined && to < from) {
    return `shrinks from ${before.text}: larger numbers make it fail`;
  }
  const old = modifiersOf(before.text);
  const isText = ["text", "varchar", "bpchar"].includes(before.name);
  const length = after.modifiers[0];
  if (
    isText &&
    ["varchar", "bpchar"].includes(after.short) &&
    length !== undefined &&
    (old[0] ?? Number.POSITIVE_INFINITY) > length
  ) {
    return `shrinks from ${before.text} to ${length} characters: longer values make it fail`;
  }
  return before.name === "numeric" && after.short === "numeric"
    ? numericNarrowing(before.text, old, after.modifiers)
    : undefined;
}

function numericNarrowing(text: string, before: readonly number[], after: readonly number[]): string | undefined {
  const [precision, scale = 0] = after;
  if (precision === undefined) {
    return undefined;
  }
  const [oldPrecision = Number.POSITIVE_INFINITY, oldScale = before.length === 0 ? Number.POSITIVE_INFINITY : 0] =
    before;
  if (scale < oldScale) {
    return `shrinks from ${text} to ${scale} decimals: the others are rounded away without a word`;
  }
  return precision - scale < oldPrecision - oldScale ? `shrinks from ${text}: larger numbers make it fail` : undefined;
}

const modifiersOf = (text: string): readonly number[] =>
  (/\(([\d,\s]+)\)/.exec(text)?.[1] ?? "").split(",").flatMap((one) => (one.trim() === "" ? [] : [Number(one)]));

import type { QualifiedName } from "../../catalog/model/names.ts";
import type { SequenceOptions } from "../../catalog/model/sequence.ts";
import { quoteLiteral, quoteQualified } from "../../sql/quote.ts";

type Limits = Pick<SequenceOptions, "min" | "max">;

/** Limits that hold the places of both. */
export function widened<T extends Limits>(before: T, after: Limits): T {
  return {
    ...before,
    min: BigInt(before.min) < BigInt(after.min) ? before.min : after.min,
    max: BigInt(before.max) > BigInt(after.max) ? before.max : after.max,
  };
}

/**
 * What moves a sequence that stands outside its new limits to the nearest place within; undefined where no place of the
 * old limits is outside the new ones. It runs while the limits hold the places of both.
 */
export function movePlace(sequence: QualifiedName, before: Limits, after: Limits): string | undefined {
  if (BigInt(before.min) >= BigInt(after.min) && BigInt(before.max) <= BigInt(after.max)) return undefined;
  const name = quoteQualified(sequence);
  const place = `greatest(least(last_value, ${after.max}), ${after.min})`;
  const isIn = `last_value BETWEEN ${after.min} AND ${after.max}`;
  return `SELECT pg_catalog.setval(${quoteLiteral(name)}, ${place}, is_called AND ${isIn}) FROM ${name}`;
}

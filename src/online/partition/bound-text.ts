import type { ListPartition, PartitionValue, RangeBound, RangePartition } from "../../migrations/partition-steps.ts";
import { quoteLiteral } from "../../sql/quote.ts";

/** A partition that is to be made, with its bound as SQL has it behind its name. */
export interface NamedBound {
  readonly name: string;
  /** `FOR VALUES …` or `DEFAULT`. */
  readonly bound: string;
}

const literal = (value: PartitionValue): string => {
  if (value === null) return "NULL";
  return typeof value === "string" ? quoteLiteral(value) : String(value);
};

/** @param count of columns: those without a value have none, or their lowest behind one that has */
function sideText(bound: RangeBound | undefined, count: number, open: "MINVALUE" | "MAXVALUE"): string {
  const values = bound === undefined ? [] : Array.isArray(bound) ? bound : [bound];
  const rest = values.length === 0 ? open : "MINVALUE";
  return Array.from({ length: Math.max(count, values.length) }, (_, at) =>
    values[at] === undefined ? rest : literal(values[at]),
  ).join(", ");
}

/** `FOR VALUES FROM (…) TO (…)` over so many columns. */
export const rangeText = ({ from, to }: Omit<RangePartition, "name">, count: number): string =>
  `FOR VALUES FROM (${sideText(from, count, "MINVALUE")}) TO (${sideText(to, count, "MAXVALUE")})`;

export const listText = (partition: ListPartition): string =>
  "values" in partition ? `FOR VALUES IN (${partition.values.map(literal).join(", ")})` : "DEFAULT";

export const hashText = (modulus: number, remainder: number): string =>
  `FOR VALUES WITH (MODULUS ${modulus}, REMAINDER ${remainder})`;

import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf, PgNode } from "../../sql/parse-statement.ts";
import { constantOf } from "./constant.ts";
import type { KeyPart } from "./partition-key.ts";
import { and, type Comparison, or, type Predicate } from "./predicate.ts";

export type Bound = NodeOf<"PartitionBoundSpec">;

/**
 * What a bound demands of rows, as the server writes it for its prover; undefined when an expression in it is no
 * constant. Not for DEFAULT.
 *
 * Source: `get_qual_from_partbound` in `src/backend/partitioning/partbounds.c`.
 */
export function boundPredicate(bound: Bound, key: readonly KeyPart[]): Predicate | undefined {
  switch (bound.strategy) {
    case "l":
      return listPredicate(bound, key);
    case "r":
      return rangePredicate(bound, key);
    default:
      return { kind: "opaque", text: JSON.stringify([bound.modulus, bound.remainder, key]) };
  }
}

function listPredicate({ listdatums = [] }: Bound, [part]: readonly KeyPart[]): Predicate | undefined {
  if (part === undefined) return undefined;
  const { key, ordering } = part;
  const values = listdatums.filter((node) => !isNull(node)).map((node) => constantOf(node, ordering));
  if (values.some((value) => value === undefined)) return undefined;
  const equals = values.flatMap((value): Predicate[] => (value ? [{ kind: "compare", key, op: "=", value }] : []));
  if (values.length === listdatums.length) return and({ kind: "not null", key }, or(...equals));
  return or({ kind: "null", key }, ...equals);
}

const isNull = (node: PgNode): boolean => nodeAs(node, "A_Const")?.isnull === true;

/** One end of a range in one part of the key. */
type End = "min" | "max" | { readonly node: PgNode };

/** MINVALUE and MAXVALUE are names to the parser. */
function endOf(node: PgNode): End {
  const name = namesOf(nodeAs(node, "ColumnRef")?.fields).at(-1)?.toLowerCase();
  return name === "minvalue" ? "min" : name === "maxvalue" ? "max" : { node };
}

function rangePredicate({ lowerdatums = [], upperdatums = [] }: Bound, key: readonly KeyPart[]): Predicate | undefined {
  const compare = (at: number, op: Comparison, end: End | undefined): Predicate | undefined => {
    const part = key[at];
    const value = typeof end === "object" && part ? constantOf(end.node, part.ordering) : undefined;
    return value === undefined || part === undefined ? undefined : { kind: "compare", key: part.key, op, value };
  };
  const lower = lowerdatums.map(endOf);
  const upper = upperdatums.map(endOf);
  const common = commonPrefix(lower, upper, key);
  const parts = [
    ...key.map((part): Predicate => ({ kind: "not null", key: part.key })),
    ...Array.from({ length: common }, (_, at) => compare(at, "=", lower[at])),
    ...side(lower, common, (isLast, next) => (isLast || next === "min" ? ">=" : ">"), compare),
    ...side(upper, common, (_, next) => (next === "max" ? "<=" : "<"), compare),
  ];
  return parts.some((one) => one === undefined) ? undefined : and(...parts.filter((one) => one !== undefined));
}

function commonPrefix(lower: readonly End[], upper: readonly End[], key: readonly KeyPart[]): number {
  const same = (at: number): boolean => {
    const [one, other, part] = [lower[at], upper[at], key[at]];
    if (typeof one !== "object" || typeof other !== "object" || part === undefined) return false;
    const [from, to] = [constantOf(one.node, part.ordering), constantOf(other.node, part.ordering)];
    return from !== undefined && from.text === to?.text;
  };
  let at = 0;
  while (at < key.length && same(at)) at += 1;
  return at;
}

/**
 * One end of the range: `(a > 1) OR (a = 1 AND b >= 5)`. Nothing when the end is open.
 *
 * @param opOf how the last column of an arm compares
 */
function side(
  ends: readonly End[],
  from: number,
  opOf: (isLast: boolean, next: End | undefined) => Comparison,
  compare: (at: number, op: Comparison, end: End | undefined) => Predicate | undefined,
): readonly (Predicate | undefined)[] {
  const arms: (Predicate | undefined)[] = [];
  for (let last = from; last < ends.length && typeof ends[last] === "object"; last += 1) {
    const equals = Array.from({ length: last - from }, (_, offset) => compare(from + offset, "=", ends[from + offset]));
    const parts = [...equals, compare(last, opOf(last === ends.length - 1, ends[last + 1]), ends[last])];
    arms.push(parts.some((one) => one === undefined) ? undefined : and(...parts.filter((one) => one !== undefined)));
  }
  if (arms.length === 0) return [];
  return arms.includes(undefined) ? [undefined] : [or(...arms.filter((one) => one !== undefined))];
}

import { nodeAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";

/** How values of a partition key are told apart and ordered. */
export type Ordering =
  | "number"
  | "date"
  | "timestamp"
  | "timestamptz in UTC"
  | "bytes"
  | "uuid"
  | "text"
  | "equality only";

/** A constant, written so that texts can be compared. */
export interface Constant {
  readonly ordering: Ordering;
  readonly text: string;
}

/** How one constant stands to another: -1, 0 or 1; `different` where the order cannot be told, or undefined. */
export type Order = number | "different" | undefined;

export function compareConstants(one: Constant, other: Constant): Order {
  if (one.ordering !== other.ordering) return undefined;
  if (one.text === other.text) return 0;
  switch (one.ordering) {
    case "number":
      return compareNumbers(one.text, other.text);
    case "bytes":
      return Buffer.compare(Buffer.from(one.text), Buffer.from(other.text));
    case "text":
      return "different";
    case "equality only":
      // Different texts may stand for the same value.
      return undefined;
    default:
      return one.text < other.text ? -1 : 1;
  }
}

const WHOLE = /^-?\d+$/;

/** Beyond what a double holds exactly nothing is told of fractions. */
function compareNumbers(one: string, other: string): number | undefined {
  if (WHOLE.test(one) && WHOLE.test(other)) return Math.sign(Number(BigInt(one) - BigInt(other)));
  if (one.length > 15 || other.length > 15) return undefined;
  const difference = Number(one) - Number(other);
  return Number.isNaN(difference) ? undefined : Math.sign(difference);
}

/** The value that a constant of the parse tree has for such a key; undefined for NULL and all that is not constant. */
export function constantOf(node: PgNode | undefined, ordering: Ordering): Constant | undefined {
  const text = textOf(node);
  if (text === undefined) return undefined;
  const value = NORMAL[ordering](text);
  return value === undefined ? { ordering: "equality only", text } : { ordering, text: value };
}

/** A constant's text without the casts around it. */
function textOf(node: PgNode | undefined): string | undefined {
  const cast = nodeAs(node, "TypeCast");
  if (cast !== undefined) return textOf(cast.arg);
  const minus = nodeAs(node, "A_Expr");
  if (minus !== undefined) {
    const isMinus = minus.lexpr === undefined && nodeAs(minus.name?.[0], "String")?.sval === "-";
    const of = isMinus ? textOf(minus.rexpr) : undefined;
    return of === undefined ? undefined : `-${of}`;
  }
  const constant = nodeAs(node, "A_Const");
  if (constant === undefined || constant.isnull === true) return undefined;
  if (constant.boolval !== undefined) return constant.boolval.boolval === true ? "true" : "false";
  // Zero and the empty string are absent from the tree.
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  return constant.fval?.fval ?? constant.sval?.sval ?? (constant.sval === undefined ? undefined : "");
}

type Normal = (text: string) => string | undefined;

const matching =
  (pattern: RegExp, normal: (text: string) => string = (text) => text): Normal =>
  (text) =>
    pattern.test(text) ? normal(text) : undefined;

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?$/;
const IN_UTC = /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|\+00(:?00)?)?)?$/;

/** `2024-01-01 00:00:00`, fractions without zeros at their end. */
function fullTimestamp(text: string): string {
  const [, date = "", clock = "00:00"] = /^(\S{10})(?:[ T](\d\d:\d\d(?::[\d.]+)?))?/.exec(text) ?? [];
  const seconds = clock.length === 5 ? `${clock}:00` : clock;
  return `${date} ${seconds.includes(".") ? seconds.replace(/\.?0+$/, "") : seconds}`;
}

const NORMAL: Readonly<Record<Ordering, Normal>> = {
  number: matching(/^-?\d+(\.\d+)?$/),
  date: matching(DATE),
  timestamp: matching(TIMESTAMP, fullTimestamp),
  "timestamptz in UTC": matching(IN_UTC, fullTimestamp),
  bytes: (text) => text,
  uuid: matching(/^[0-9a-fA-F-]{36}$/, (text) => text.toLowerCase()),
  text: (text) => text,
  "equality only": (text) => text,
};

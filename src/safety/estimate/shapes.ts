import type { Column } from "../../catalog/model/column.ts";
import type { ColumnFacts } from "../../catalog/model/facts.ts";
import type { TypeReference } from "../../catalog/model/names.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { Shape } from "./storage.ts";

type Form = Pick<Shape, "width" | "align" | "isFixed">;

const fixed = (width: number, align: Shape["align"]): Form => ({ width, align, isFixed: true });

/** Types of one length, from `pg_type`. */
const FIXED: Readonly<Record<string, Form>> = {
  bool: fixed(1, 1),
  char: fixed(1, 1),
  int2: fixed(2, 2),
  int4: fixed(4, 4),
  int8: fixed(8, 8),
  float4: fixed(4, 4),
  float8: fixed(8, 8),
  oid: fixed(4, 4),
  date: fixed(4, 4),
  time: fixed(8, 8),
  timetz: fixed(12, 8),
  timestamp: fixed(8, 8),
  timestamptz: fixed(8, 8),
  interval: fixed(16, 8),
  uuid: fixed(16, 1),
  money: fixed(8, 8),
  macaddr: fixed(6, 4),
  point: fixed(16, 8),
  box: fixed(32, 8),
  xid8: fixed(8, 8),
};

/** What the server's planner takes for the width of a value of which it knows nothing (`get_typavgwidth`). */
const UNKNOWN_WIDTH = 32;
/** A number of up to eight digits before the point and none behind: length, sign and scale, two groups of four digits. */
const NUMERIC_WIDTH = 7;
/** Longer values have a length of four bytes, which is aligned. */
const SHORT = 127;

/** The values of a column: by its statistics, or else by its type. */
export function shapeOf(column: Column, facts: ColumnFacts | undefined, state: CatalogState): Shape {
  const form = formOf(column.type, state);
  const nulls = facts?.nullFraction ?? (facts?.averageWidth === undefined && isLeftEmpty(column) ? 1 : 0);
  if (form.isFixed) return { ...form, nulls };
  const width = facts?.averageWidth ?? form.width;
  return { width, align: width < SHORT ? 1 : 4, isFixed: false, nulls };
}

/** Nobody has given it a value: what rows have that were there before. */
const isLeftEmpty = ({ notNull, default: given, identity, generated }: Column): boolean =>
  !notNull && given === undefined && identity === undefined && generated?.kind !== "stored";

function formOf(type: TypeReference, state: CatalogState): Form {
  if (type.array) return { width: UNKNOWN_WIDTH, align: 1, isFixed: false };
  const known = type.schema === "pg_catalog" ? FIXED[type.name] : undefined;
  if (known !== undefined) return known;
  if (state.enumType(type) !== undefined) return fixed(4, 4);
  const domain = state.domain(type);
  if (domain !== undefined) return formOf(domain.base, state);
  if (type.name === "numeric") return { width: NUMERIC_WIDTH, align: 1, isFixed: false };
  const limit = /\((\d+)\)/.exec(type.text)?.[1];
  const width = limit === undefined ? UNKNOWN_WIDTH : Math.min(UNKNOWN_WIDTH, Number(limit) + 1);
  return { width: type.name === "bpchar" ? Number(limit ?? 1) + 1 : width, align: 1, isFixed: false };
}

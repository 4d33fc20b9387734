import type { Helper } from "./helpers-text.ts";
import type { TsType } from "./ts-type.ts";

export interface BuiltIn extends TsType {
  /** What an element of an array of it is; absent: node-postgres gives such arrays as text. */
  readonly element?: string;
  readonly helpers?: readonly Helper[];
}

/** Given as PostgreSQL writes it. */
export const TEXT: BuiltIn = { select: "string", insert: "string" };

const NUMBER: BuiltIn = { select: "number", insert: "number", element: "number" };
const STRING: BuiltIn = { ...TEXT, element: "string" };
const DATE: BuiltIn = { select: "Date", insert: "Date | string", element: "Date" };
const JSON_VALUE: BuiltIn = { select: "Json", insert: "JsonInput", element: "Json", helpers: ["Json"] };

/**
 * What node-postgres makes of values unless it is told otherwise (pg-types, lib/textParsers.js). Types that are not here
 * it leaves as text, and arrays of them too.
 */
export const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  bool: { select: "boolean", insert: "boolean", element: "boolean" },
  int2: NUMBER,
  int4: NUMBER,
  oid: NUMBER,
  float4: NUMBER,
  float8: NUMBER,
  // A number would lose digits.
  int8: { select: "string", insert: "string | number | bigint", element: "string" },
  // Its arrays are given as numbers all the same.
  numeric: { select: "string", insert: "string | number | bigint", element: "number" },
  text: STRING,
  varchar: STRING,
  bpchar: STRING,
  regproc: STRING,
  uuid: STRING,
  inet: STRING,
  cidr: STRING,
  macaddr: STRING,
  money: STRING,
  time: STRING,
  timetz: STRING,
  numrange: STRING,
  date: DATE,
  timestamp: DATE,
  timestamptz: DATE,
  interval: {
    select: "PostgresInterval",
    insert: "PostgresInterval | string",
    element: "PostgresInterval",
    helpers: ["PostgresInterval"],
  },
  json: JSON_VALUE,
  jsonb: JSON_VALUE,
  bytea: { select: "Buffer", insert: "Uint8Array | string", element: "Buffer" },
  point: { select: "Point", insert: "string", element: "Point", helpers: ["Point"] },
  circle: { select: "Circle", insert: "string", helpers: ["Point", "Circle"] },
  void: { select: "void", insert: "null" },
};

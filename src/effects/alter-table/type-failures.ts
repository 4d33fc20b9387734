import type { Column } from "../../catalog/model/column.ts";
import type { TypeReference } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Domain } from "../../catalog/model/type.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { MayFail } from "../effect.ts";
import { nameOf, rowsOf } from "./alteration.ts";
import { parseExpression } from "./expression.ts";
import { expressionSql } from "./expression-sql.ts";
import { baseTypeOf, domainsOf, type PlainType, plainType } from "./written-type.ts";

/** SQLSTATE and the condition of the rows whose value the new type does not take; without one where SQL cannot tell. */
type Failure = readonly [sqlState: string, condition?: string];

const TEXTS: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "citext", "name"]);
const NUMBERS: ReadonlySet<string> = new Set(["int2", "int4", "int8", "numeric", "float4", "float8"]);

const INTEGERS: Readonly<Record<string, readonly [low: string, high: string]>> = {
  int2: ["-32768", "32767"],
  int4: ["-2147483648", "2147483647"],
  int8: ["-9223372036854775808", "9223372036854775807"],
};

/**
 * How values that are there can make a change of type fail.
 *
 * @param casts those of USING; a value is cut to length by a cast, and refused where the server puts the cast itself
 */
export function typeFailures(
  table: Table,
  column: Column,
  to: TypeReference,
  casts: readonly TypeReference[],
  state: CatalogState,
): readonly MayFail[] {
  const from = plainType(baseTypeOf(column.type, state));
  const target = plainType(baseTypeOf(to, state));
  if (from.array || target.array || casts.length > 1) return [];
  const failures = [
    ...valueFailures(quoteIdentifier(column.name), from, target, casts.length > 0, state),
    ...domainsOf(to, state)
      .filter((one) => !domainsOf(column.type, state).includes(one))
      .flatMap((domain) => domainFailures(quoteIdentifier(column.name), domain)),
  ];
  return failures.map(([sqlState, condition]) => ({
    sqlState,
    reason: `a value of ${nameOf(table)}.${column.name} is no ${to.text}`,
    ...(condition === undefined ? {} : { query: `SELECT * FROM ${rowsOf(table, true)} WHERE ${condition} LIMIT 5` }),
  }));
}

function valueFailures(
  column: string,
  from: PlainType,
  to: PlainType,
  explicit: boolean,
  state: CatalogState,
): readonly Failure[] {
  const [size, scale = 0] = to.modifiers;
  if (to.name === "varchar" || to.name === "bpchar") {
    const same =
      from.name === to.name && from.modifiers[0] !== undefined && size !== undefined && from.modifiers[0] <= size;
    if (explicit || size === undefined || same) return [];
    return [["22001", `rtrim(substr(${column}::text, ${size + 1}), ' ') <> ''`]];
  }
  if (to.name === "bit" && from.name === "bit") return explicit ? [] : [["22026", `length(${column}) <> ${size ?? 1}`]];
  if (to.name === "varbit" && size !== undefined) return explicit ? [] : [["22001", `length(${column}) > ${size}`]];
  if (TEXTS.has(from.name) && !TEXTS.has(to.name)) return explicit ? textFailures(column, to, state) : [];
  if (!NUMBERS.has(from.name)) return [];
  const bounds = INTEGERS[to.name];
  if (bounds !== undefined && !widens(from.name, to.name)) {
    return [["22003", `round(${column}::numeric) NOT BETWEEN ${bounds[0]} AND ${bounds[1]}`]];
  }
  if (to.name !== "numeric" || size === undefined || numericFits(from, to)) return [];
  const value = `${column}::numeric`;
  return [["22003", `${value} <> 'NaN' AND abs(round(${value}, ${scale})) >= 10::numeric ^ ${size - scale}`]];
}

const SIZES: readonly string[] = ["int2", "int4", "int8"];

const widens = (from: string, to: string): boolean => SIZES.includes(from) && SIZES.indexOf(from) <= SIZES.indexOf(to);

function numericFits(from: PlainType, to: PlainType): boolean {
  const [oldSize, oldScale = 0] = from.modifiers;
  const [size = 0, scale = 0] = to.modifiers;
  return from.name === "numeric" && oldSize !== undefined && oldScale === scale && oldSize <= size;
}

/** What reading the type from text may say. The server can be asked from 16 on. */
function textFailures(column: string, to: PlainType, state: CatalogState): readonly Failure[] {
  const labels = state.enumType(to)?.labels;
  if (labels !== undefined) {
    return [["22P02", `${column}::text NOT IN (${["", ...labels].map(quoteLiteral).join(", ")})`]];
  }
  const states = READING[to.name] ?? ["22P02"];
  if (state.major < 16) return states.map((sqlState) => [sqlState]);
  const type = quoteLiteral(
    `${to.schema === "pg_catalog" ? "" : `${quoteIdentifier(to.schema)}.`}${quoteIdentifier(to.name)}`,
  );
  return states.map((sqlState) => [
    sqlState,
    `(SELECT sql_error_code FROM pg_input_error_info(${column}::text, ${type})) = '${sqlState}'`,
  ]);
}

const READING: Readonly<Record<string, readonly string[]>> = {
  int2: ["22P02", "22003"],
  int4: ["22P02", "22003"],
  int8: ["22P02", "22003"],
  numeric: ["22P02", "22003"],
  float4: ["22P02", "22003"],
  float8: ["22P02", "22003"],
  date: ["22007", "22008"],
  time: ["22007", "22008"],
  timetz: ["22007", "22008"],
  timestamp: ["22007", "22008"],
  timestamptz: ["22007", "22008"],
  interval: ["22007", "22015"],
};

function domainFailures(column: string, { notNull, constraints, base }: Domain): readonly Failure[] {
  const checks = constraints.flatMap(({ type, definition }): readonly Failure[] => {
    if (type !== "check") return [];
    const expression = /^CHECK \((.*)\)( NOT VALID)?$/s.exec(definition)?.[1];
    const value = `CAST(${column} AS ${base.text})`;
    const sql =
      expression === undefined
        ? undefined
        : expressionSql(parseExpression(expression), (name) => (name === "value" ? value : quoteIdentifier(name)));
    return [sql === undefined ? ["23514"] : ["23514", `NOT ${sql}`]];
  });
  return [...checks, ...(notNull ? [["23502", `${column} IS NULL`] as const] : [])];
}

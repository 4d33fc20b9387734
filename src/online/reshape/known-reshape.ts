import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { isVolatile } from "../../effects/alter-table/expression-volatility.ts";
import type { Reshape } from "../../migrations/reshape.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { bareExpression } from "../fill/bare-expression.ts";
import { type OnlineContext, stateAfter, written } from "../online-context.ts";
import { isSteady } from "../retype/steady.ts";
import { columnReferences } from "../sync/column-references.ts";
import type { Assigned } from "../sync/two-sides.ts";
import { reshapeInvalid, writtenTable } from "./written-reshape.ts";

/** A change of shape, with what the catalog knows of its columns. */
export interface KnownReshape {
  /** As it is found. */
  readonly table: Table;
  /** With the new columns. */
  readonly after: Table;
  readonly fill: readonly Filled[];
  readonly back: readonly Assigned[];
  readonly drop: readonly string[];
  /** What makes the new columns; empty where all are there. */
  readonly adds: readonly string[];
  /** The values also depend on settings of the session. */
  readonly unsteady: boolean;
}

export interface Filled extends Assigned {
  readonly notNull: boolean;
}

/**
 * Looks the table and the columns of a step up.
 *
 * @throws LockkeeperError `reshape_invalid` where they are not there, or an expression is not on columns of the row
 */
export function knownReshape(reshape: Reshape, file: string, context: OnlineContext): KnownReshape {
  const { state } = context;
  const { drop = [] } = reshape;
  const table = state.table(writtenTable(reshape, file));
  if (table === undefined) throw reshapeInvalid(file, `there is no table ${reshape.table}`);
  const has = (name: string): boolean => table.columns.some((one) => one.name === name);
  const entries = Object.entries(reshape.fill);
  const made = entries.filter(([, { type }]) => type !== undefined);
  if (entries.length === 0) throw reshapeInvalid(file, "no column is to be filled");
  if (made.length !== 0 && made.length !== entries.length) {
    throw reshapeInvalid(file, "the columns that are filled are all new, each with its `type`, or all there already");
  }
  const taken = made.find(([name]) => has(name));
  if (taken !== undefined) throw reshapeInvalid(file, `${table.name} has a column ${taken[0]} already`);
  const missing = [...(made.length === 0 ? entries.map(([name]) => name) : []), ...Object.keys(reshape.back)].find(
    (name) => !has(name),
  );
  if (missing !== undefined) throw reshapeInvalid(file, `${table.name} has no column ${missing}`);
  const adds = made.map(([name, { type }]) => `ADD COLUMN ${quoteIdentifier(name)} ${type}`);
  const after =
    adds.length === 0
      ? table
      : stateAfter(context, written(`ALTER TABLE ${quoteQualified(table)} ${adds.join(", ")}`)).table(table);
  if (after === undefined) throw reshapeInvalid(file, `there is no table ${reshape.table}`);
  const assigned = (name: string, value: string, on: Table): Assigned => {
    const column = after.columns.find((one) => one.name === name);
    if (column === undefined) throw reshapeInvalid(file, `${table.name} has no column ${name}`);
    return { column, value: expressionOn(value, column, on, file, context) };
  };
  const fill = entries.map(([name, { value, notNull }]) => ({
    ...assigned(name, value, table),
    notNull: notNull === true && after.columns.find((one) => one.name === name)?.notNull !== true,
  }));
  const back = Object.entries(reshape.back).map(([name, value]) => assigned(name, value, after));
  const both = fill.find(({ column }) => back.some((one) => one.column.name === column.name));
  if (both !== undefined) throw reshapeInvalid(file, `${both.column.name} is on both sides`);
  requireApart(fill, table, file);
  return {
    table,
    after,
    fill,
    back,
    drop,
    adds,
    unsteady: [...fill, ...back].some(({ value }) => !isSteady(parseExpression(value), after)),
  };
}

/** The expression with bare names of columns. */
function expressionOn(value: string, column: Column, on: Table, file: string, { state }: OnlineContext): string {
  const bare = bareExpression(value, on);
  const what = `what ${column.name} gets cannot be worked out from one row`;
  if (typeof bare !== "string") throw reshapeInvalid(file, `${what}: ${bare.reason}`);
  if (isVolatile(parseExpression(bare), state)) {
    throw reshapeInvalid(file, `${what}: ${value} gives another value each time it is asked`);
  }
  return bare;
}

/** One after the other, in whatever order, must be the same as all at once: no column's value is of another that gets one. */
function requireApart(fill: readonly Filled[], table: Table, file: string): void {
  for (const { column, value } of fill) {
    const found = columnReferences(value, table);
    const read = "reason" in found ? [] : found.references.map((one) => one.column);
    const other = fill.find((one) => one.column.name !== column.name && read.includes(one.column.name));
    if (other !== undefined) {
      throw reshapeInvalid(file, `${column.name} is worked out from ${other.column.name}, which is filled as well`);
    }
  }
}

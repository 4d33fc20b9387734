import type { Column } from "../../catalog/model/column.ts";
import type { TypeReference } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { castMethod } from "../../effects/alter-table/casts.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { isVolatile } from "../../effects/alter-table/expression-volatility.ts";
import { castsOfColumn } from "../../effects/alter-table/using-casts.ts";
import { baseTypeOf, isConstrained, plainType } from "../../effects/alter-table/written-type.ts";
import type { ColumnExpression } from "../../migrations/migration.ts";
import { nodeAs } from "../../sql/node-as.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { Subcommand } from "../subcommand.ts";
import { columnReferences, replaceReferences } from "../sync/column-references.ts";
import type { SyncedColumn } from "../sync/sync-trigger.ts";
import { typeSql } from "../sync/type-sql.ts";
import { rawExpression } from "./raw-expression.ts";
import { isSteady } from "./steady.ts";

/** A column that becomes another one of the same name. */
export interface Conversion {
  readonly before: Column;
  /** As the statement leaves it. */
  readonly after: Column;
  /** What the new column is called until the cutover. */
  readonly fresh: string;
  /** What the old column is called from then on. */
  readonly kept: string;
  /** The value of the new column; its names are those before the cutover. */
  readonly value: string;
  /** What the old column is to hold from the cutover on, and how it leads to the new one again; under the names of then. */
  readonly back: Back;
  readonly unsteady: boolean;
}

interface Back {
  /** The author's own, which is taken at its word. */
  readonly written?: ColumnExpression;
  readonly value: string;
  readonly otherValue: string;
  readonly isTotal: boolean;
  /** True: a value that it gives always leads to the new one again. */
  readonly isExact?: boolean;
  /** False: no way is known that leads back from a new value. */
  readonly isKnown: boolean;
}

/** The names of the columns that change, with those that the old ones have from the cutover on. */
export type KeptNames = ReadonlyMap<string, string>;

/** How the values of a column get their new type, or why that cannot be worked out row by row. */
export function conversionOf(
  { command, text, statement }: Subcommand,
  table: Table,
  after: Table | undefined,
  names: { readonly fresh: string; readonly kept: KeptNames; readonly back: ColumnExpression | undefined },
  state: CatalogState,
): Conversion | { readonly reason: string } {
  const before = table.columns.find(({ name }) => name === command.name);
  const next = after?.columns.find(({ name }) => name === command.name);
  if (before === undefined || next === undefined) return { reason: "the column is not known" };
  const definition = nodeAs(command.def, "ColumnDef");
  const column = quoteIdentifier(before.name);
  const using = definition?.raw_default === undefined ? undefined : rawExpression(statement.sql, text);
  const value = using ?? column;
  if (isVolatile(definition?.raw_default, state)) {
    return { reason: `${value} gives another value each time it is asked` };
  }
  if (isConstrained(next.type, state)) {
    return { reason: `PostgreSQL looks at every row for the constraints of the domain ${next.type.text}` };
  }
  const found = columnReferences(value, table);
  if ("reason" in found) return found;
  const { references } = found;
  if (using === undefined && castBetween(before.type, next.type, "assignment", state) === "none") {
    return { reason: `${before.type.text} does not become ${next.type.text} by itself: say how by USING` };
  }
  const kept = names.kept.get(before.name) ?? "";
  return {
    before,
    after: next,
    fresh: names.fresh,
    kept,
    value,
    back: {
      ...(names.back === undefined
        ? wayBack(
            before.type,
            next.type,
            column,
            castsTo(definition?.raw_default, before.name, next.type, state),
            state,
          )
        : { written: names.back, value: names.back.expression, isTotal: false, isKnown: true }),
      otherValue: replaceReferences(value, references, (name) => quoteIdentifier(names.kept.get(name) ?? name)),
    },
    unsteady:
      (names.back !== undefined && !isSteady(parseExpression(names.back.expression), after ?? table)) ||
      !isSteady(parseExpression(value), table) ||
      !isSteady(parseExpression(`${column}::${typeSql(next.type)}`), table),
  };
}

const castBetween = (from: TypeReference, to: TypeReference, context: "assignment" | "explicit", state: CatalogState) =>
  castMethod(plainType(baseTypeOf(from, state)), plainType(baseTypeOf(to, state)), context, state.major);

/** What integers can be. */
const RANGES: Readonly<Record<string, readonly [string, string]>> = {
  int2: ["-32768", "32767"],
  int4: ["-2147483648", "2147483647"],
};

/** Every value can be written as such a text. */
const UNLIMITED_TEXTS: ReadonlySet<string> = new Set(["text", "character varying"]);

/**
 * The types by which the new value comes, where it is the old one in another type and nothing is made of it; undefined
 * where something is.
 */
const castsTo = (
  using: PgNode | undefined,
  column: string,
  now: TypeReference,
  state: CatalogState,
): readonly TypeReference[] | undefined => (using === undefined ? [now] : castsOfColumn(using, column, state));

/** Types of which each value is written as a text, under all settings, that is read as the same value. */
const WRITTEN_EXACTLY: ReadonlySet<string> = new Set(["bool", "int2", "int4", "int8", "numeric", "uuid"]);

/** The old value of a new one, where that is certain: by a cast, if the new values came by casts or are of one kind. */
function wayBack(
  old: TypeReference,
  now: TypeReference,
  column: string,
  casts: readonly TypeReference[] | undefined,
  state: CatalogState,
): Pick<Back, "value" | "isTotal" | "isExact" | "isKnown"> {
  const isEnum = state.enumType(now) !== undefined && state.enumType(old) !== undefined;
  const isAlike = keyOf(baseTypeOf(now, state)) === keyOf(baseTypeOf(old, state)) && now.array === old.array;
  const none = { value: `NULL::${typeSql(old)}`, isTotal: true, isKnown: false };
  const isPlain = casts?.every(({ text }) => text === now.text) === true && now.schema === "pg_catalog" && !now.array;
  if (casts === undefined && !isEnum && !isAlike) return none;
  const cast = `${column}::${typeSql(old)}`;
  const range = old.array || now.array ? undefined : RANGES[old.name];
  if (range !== undefined && (now.name === "int8" || now.name === "int4")) {
    const [low, high] = range.map((limit) => `(${limit})::${typeSql(now)}`);
    const fits = `${column} OPERATOR(pg_catalog.>=) ${low} AND ${column} OPERATOR(pg_catalog.<=) ${high}`;
    return { value: `CASE WHEN ${fits} THEN ${cast} END`, isTotal: true, isExact: isPlain, isKnown: true };
  }
  const method = castBetween(now, old, "explicit", state);
  // Enums have no cast to each other, and both have one with text.
  const throughText = `${column}::pg_catalog.text::${typeSql(old)}`;
  if (method !== "none") {
    const isTotal = UNLIMITED_TEXTS.has(old.text);
    return { value: cast, isTotal, isExact: isTotal && isPlain && WRITTEN_EXACTLY.has(now.name), isKnown: true };
  }
  return isEnum ? { value: throughText, isTotal: false, isKnown: true } : none;
}

/** What keeps the new column current before the cutover. */
export const forthOf = ({ after, fresh, value, unsteady }: Conversion): SyncedColumn => ({
  column: { ...after, name: fresh },
  value,
  how: "follows",
  unsteady,
});

/** What keeps the old one current behind it. */
export const backOf = ({ before, after, kept, back, unsteady }: Conversion): SyncedColumn => ({
  column: { ...before, name: kept },
  value: back.value,
  how: "twin",
  other: after,
  otherValue: back.otherValue,
  isTotal: back.isTotal,
  isTrusted: back.written !== undefined || back.isExact === true,
  unsteady,
});

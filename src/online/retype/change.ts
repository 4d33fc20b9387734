import type { Table } from "../../catalog/model/table.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { freeName } from "../free-name.ts";
import { hiddenName } from "../hidden-name.ts";
import type { OnlineContext } from "../online-context.ts";
import type { Subcommand } from "../subcommand.ts";
import { columnReferences, replaceReferences } from "../sync/column-references.ts";
import type { Conversion } from "./conversion.ts";

/** Columns of one table that get other types. */
export interface Change {
  readonly table: Table;
  readonly conversions: readonly Conversion[];
  /** Changes of their defaults. */
  readonly defaults: readonly Subcommand[];
  readonly context: OnlineContext;
}

/** `ALTER TABLE s.t`. */
export const alter = ({ table }: Change): string => `ALTER TABLE ${quoteQualified(table)}`;

/** What something new is called until it takes over a name, and what it is called again on the way back. */
export const freshName = (name: string): string => `lockkeeper_new_${name}`;

/** Names for something that has a new one beside it: `fresh` until the cutover, `kept` for the old one behind it. */
export interface BesideNames {
  readonly fresh: string;
  readonly kept: string;
}

/** @param isTaken whether something of the kind has a name */
export const besideNames = (name: string, isTaken: (one: string) => boolean): BesideNames => ({
  fresh: freeName(freshName(name), isTaken),
  kept: freeName(hiddenName(name), isTaken),
});

/** The names of relations in the table's schema: indexes, sequences. */
export const besideRelation = ({ table, context }: Change, name: string): BesideNames =>
  besideNames(name, (one) => context.state.relation({ schema: table.schema, name: one }) !== undefined);

/** Names of constraints. */
export const besideConstraint = ({ table }: Change, name: string): BesideNames =>
  besideNames(name, (one) => table.constraints.some((constraint) => constraint.name === one));

/** The new name of a column until the cutover; its own where it does not change. */
export const freshColumn = ({ conversions }: Change, name: string): string =>
  conversions.find(({ before }) => before.name === name)?.fresh ?? name;

/** The name of what was the column, from the cutover on. */
export const keptColumn = ({ conversions }: Change, name: string): string =>
  conversions.find(({ before }) => before.name === name)?.kept ?? name;

export const isChanged = ({ conversions }: Change, name: string): boolean =>
  conversions.some(({ before }) => before.name === name);

export const columnList = (names: readonly string[]): string => names.map(quoteIdentifier).join(", ");

/** An expression of the catalog with the columns under other names; undefined where the parser cannot tell. */
export function renamedIn(expression: string, { table }: Change, name: (column: string) => string): string | undefined {
  const found = columnReferences(expression, table);
  return "reason" in found
    ? undefined
    : replaceReferences(expression, found.references, (column) => quoteIdentifier(name(column)));
}

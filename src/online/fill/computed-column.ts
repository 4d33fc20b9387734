import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { splitName } from "../../effects/alter-table/column-dependents.ts";
import type { ParsedStatement } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { OnlineContext } from "../online-context.ts";
import { brief, joined, type Piece } from "../piece.ts";
import { touchedColumns } from "../sync/standing-sync.ts";

/** The comment of a trigger that keeps a column at the value of an expression: it says of which the function speaks. */
export const computedComment = (column: string, reads: readonly string[]): string =>
  `Lockkeeper: computes ${[column, ...reads].map(quoteIdentifier).join(".")}`;

const COMMENT = /^Lockkeeper: computes (.*)$/s;

interface Computing {
  readonly trigger: Trigger;
  readonly column: string;
  readonly reads: readonly string[];
}

/** The triggers of a table that compute columns of it. */
const computing = ({ triggers }: Table): readonly Computing[] =>
  triggers.flatMap((trigger) => {
    const [column, ...reads] = splitName(COMMENT.exec(trigger.comment ?? "")?.[1] ?? "");
    return column === undefined || trigger.inherited ? [] : [{ trigger, column, reads }];
  });

/** Whether a trigger of ours computes the column. */
export const isComputed = (table: Table, column: string | undefined): boolean =>
  computing(table).some((one) => one.column === column);

/**
 * What a statement would break of a column that a trigger computes, in words; undefined when nothing. A function finds
 * columns by the names that they had when it was written.
 */
export function brokenComputed(parsed: ParsedStatement, { state }: OnlineContext): string | undefined {
  const { table: name, columns } = touchedColumns(parsed);
  const table = columns.length === 0 ? undefined : state.table(name);
  if (table === undefined) return undefined;
  for (const { name: touched, isDropped } of columns) {
    const broken = computing(table).find(
      ({ column, reads }) => (column === touched && !isDropped) || reads.includes(touched),
    );
    if (broken !== undefined) {
      const { trigger, column } = broken;
      return `changes ${touched}, which stands in the function ${quoteQualified(trigger.function)} by which the trigger ${trigger.name} computes ${column}`;
    }
  }
  return undefined;
}

/** The functions by which triggers of these tables compute columns, and those of no other table: they have no other use. */
export function computingFunctions(tables: readonly Table[], state: CatalogState): readonly QualifiedName[] {
  const calledBy = (all: Iterable<Table>): ReadonlyMap<string, QualifiedName> =>
    new Map(
      [...all]
        .flatMap((table) => computing(table))
        .map(({ trigger }) => [quoteQualified(trigger.function), trigger.function]),
    );
  const isOwn = (table: Table): boolean => tables.some((one) => keyOf(one) === keyOf(table));
  const others = calledBy([...state.store.maps.tables.values()].filter((table) => !isOwn(table)));
  return [...calledBy(tables)].filter(([name]) => !others.has(name)).map(([, called]) => called);
}

/** Takes the triggers that compute a column away, and their function, before the column goes. */
export function withoutComputing(table: Table, column: string | undefined, state: CatalogState): readonly Piece[] {
  const found = [table, ...state.descendantsOf(table)].flatMap((one) =>
    computing(one)
      .filter((by) => by.column === column)
      .map(({ trigger }) => ({ trigger, on: one })),
  );
  const functions = new Set(found.map(({ trigger }) => quoteQualified(trigger.function)));
  return [
    ...found.map(({ trigger, on }) => `DROP TRIGGER ${quoteIdentifier(trigger.name)} ON ${quoteQualified(on)}`),
    ...[...functions].map((name) => `DROP FUNCTION ${name}()`),
  ].map((sql, index) => (index === 0 ? brief(sql) : joined(brief(sql))));
}

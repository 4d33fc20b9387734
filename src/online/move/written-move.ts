import type { WrittenName } from "../../catalog/state/relation.ts";
import type { ColumnMove } from "../../migrations/move-columns.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { isType, reshapeInvalid } from "../reshape/written-reshape.ts";
import { stepTable } from "../step-table.ts";

/**
 * What the text of a step says, without a catalog: the names of its tables.
 *
 * @throws LockkeeperError `reshape_invalid` where a name or a type is none
 */
export function writtenMove(
  { from, to, columns }: ColumnMove,
  file: string,
): { readonly from: WrittenName; readonly to: WrittenName } {
  const named = (text: string): WrittenName => {
    const name = stepTable(text);
    if (name === undefined) throw reshapeInvalid(file, `${text} is no name of a table`);
    return name;
  };
  for (const [name, { type }] of Object.entries(columns)) {
    if (type !== undefined && !isType(type)) throw reshapeInvalid(file, `${type} is no type for ${name}`);
  }
  return { from: named(from), to: named(to) };
}

/**
 * The move as plain statements, which stop others for as long as they work.
 *
 * @param defaults what new columns get where nobody gives them a value, by their new names: only a catalog tells
 */
export function plainMove(move: ColumnMove, defaults: ReadonlyMap<string, string> = new Map()): readonly string[] {
  const { from, to, on } = move;
  const columns = Object.entries(move.columns).map(([name, { type, as = name }]) => ({
    type,
    name: as,
    old: quoteIdentifier(name),
    now: quoteIdentifier(as),
  }));
  const keys = Object.entries(on).map(([old, now]) => ({ old: quoteIdentifier(old), now: quoteIdentifier(now) }));
  const isPair = keys.map(({ old, now }) => `b.${now} = a.${old}`).join(" AND ");
  const all = [...keys, ...columns];
  const alter = (table: string, commands: readonly string[]): readonly string[] =>
    commands.length === 0 ? [] : [`ALTER TABLE ${table} ${commands.join(", ")}`];
  return [
    ...alter(
      to,
      columns.flatMap(({ now, type }) => (type === undefined ? [] : [`ADD COLUMN ${now} ${type}`])),
    ),
    `UPDATE ${to} AS b SET ${columns.map(({ old, now }) => `${now} = a.${old}`).join(", ")} FROM ${from} AS a WHERE ${isPair}`,
    `INSERT INTO ${to} (${all.map(({ now }) => now).join(", ")}) SELECT ${all.map(({ old }) => `a.${old}`).join(", ")} FROM ${from} AS a ` +
      `WHERE num_nonnulls(${columns.map(({ old }) => `a.${old}`).join(", ")}) > 0 AND NOT EXISTS (SELECT FROM ${to} AS b WHERE ${isPair})`,
    ...alter(
      to,
      columns.flatMap(({ name, now }) => {
        const value = defaults.get(name);
        return value === undefined ? [] : [`ALTER COLUMN ${now} SET DEFAULT ${value}`];
      }),
    ),
    ...alter(
      from,
      columns.map(({ old }) => `DROP COLUMN ${old}`),
    ),
  ];
}

/** All that the step says, for people and for telling whether it was edited. */
export function moveInWords({ from, to, on, columns }: ColumnMove): string {
  const moved = Object.entries(columns).map(([name, { type, as = name }]) =>
    [
      quoteIdentifier(name),
      ...(as === name ? [] : ["as", quoteIdentifier(as)]),
      ...(type === undefined ? [] : [type]),
    ].join(" "),
  );
  const keys = Object.entries(on).map(([old, now]) => `${quoteIdentifier(old)} = ${quoteIdentifier(now)}`);
  return `move from ${from} to ${to} on ${keys.join(", ")}: ${moved.join(", ")}`;
}

import type { ModelledTable } from "./kind.ts";

/** Clients of before the change, and those behind it. */
export type Side = "old" | "new";

/**
 * How the clients of one side see the modelled columns of a table, where a change has them live in other columns. What
 * is not named here is a column of the modelled name.
 */
export interface Shape {
  /** SQL for the value of a modelled column, in statements that call the table `t`. */
  readonly read: Readonly<Record<string, string>>;
  /** The table's columns by name, and what is put into each. */
  readonly write: Readonly<Record<string, ShapedColumn>>;
}

interface ShapedColumn {
  /** The modelled columns that it holds: it is written when one of them is. */
  readonly of: readonly string[];
  /** SQL, from SQL for the values of these; a value that is not written is what the row `t` has, if there is one yet. */
  readonly sql: (values: Readonly<Record<string, string>>, isThere: boolean) => string;
}

interface Named {
  readonly name: string;
  readonly renamed?: string | undefined;
}

/** What every modelled table has beside its columns, and clients write. */
export const KEY: Named = { name: "id" };

/** SQL that reads a modelled column as this side sees it. */
export function readAs(table: ModelledTable, { name, renamed }: Named, side: Side): string {
  return table.shapes?.[side].read[name] ?? `t.${side === "new" ? (renamed ?? name) : name}`;
}

/** A value that is written, and what the statement calls its column. */
interface Put {
  readonly column: string;
  readonly name: string;
  readonly sql: string;
}

/**
 * The columns to write, with SQL for each.
 *
 * @param isThere false: the row is inserted
 */
export function assignments(
  table: ModelledTable,
  side: Side,
  puts: readonly Put[],
  isThere: boolean,
): readonly [string, string][] {
  const shape = table.shapes?.[side];
  const isShaped = ({ column }: Put): boolean => shape?.read[column] !== undefined;
  const plain = puts.filter((put) => !isShaped(put)).map(({ name, sql }): [string, string] => [name, sql]);
  const values = {
    ...shape?.read,
    ...Object.fromEntries(puts.filter(isShaped).map(({ column, sql }) => [column, sql])),
  };
  const shaped = Object.entries(shape?.write ?? {}).flatMap(([name, { of, sql }]): [string, string][] =>
    puts.some(({ column }) => of.includes(column)) ? [[name, sql(values, isThere)]] : [],
  );
  return [...plain, ...shaped];
}

import type { Contender } from "./contenders.ts";

/** A table, and who is measured on it how often. */
export interface Cell {
  readonly rows: number;
  /** Besides the primary key. */
  readonly indexes: number;
  readonly rounds: number;
  readonly takes: (contender: Contender) => boolean;
}

/** Everybody on all tables; on the larger ones those who take no more for each row there. */
export function fullCells(sizes: readonly number[], indexes: readonly number[], rounds: number): readonly Cell[] {
  const smallest = Math.min(...sizes);
  return sizes.flatMap((rows) =>
    indexes.map((count) => ({
      rows,
      indexes: count,
      rounds,
      takes: ({ part }: Contender) => rows === smallest || part !== "quadratic",
    })),
  );
}

/**
 * Once each: what the goals speak of on all tables of the smallest size, and on larger ones with the fewest and the most
 * indexes; what is slow with the fewest and the most on the smallest; everybody on the first table.
 */
export function quickCells(sizes: readonly number[], indexes: readonly number[]): readonly Cell[] {
  const [small = 0, ...large] = sizes.toSorted((one, other) => one - other);
  const [fewest, most] = [Math.min(...indexes), Math.max(...indexes)];
  const isEnd = (count: number): boolean => count === fewest || count === most;
  const cell = (rows: number, count: number, takes: Cell["takes"]): Cell => ({
    rows,
    indexes: count,
    rounds: 1,
    takes,
  });
  return [
    ...indexes.map((count) =>
      cell(small, count, ({ part }) => count === fewest || part === "goal" || (part === "slow goal" && isEnd(count))),
    ),
    ...large.flatMap((rows) => indexes.filter(isEnd).map((count) => cell(rows, count, ({ part }) => part === "goal"))),
  ];
}

import { type RandomPair, schemasOf } from "./random-pair.ts";

/** How many of the pairs have each kind of statement, and how often a part of one kind needs one of another; most first. */
export function census(pairs: readonly RandomPair[]): {
  readonly statements: readonly string[];
  readonly dependencies: readonly string[];
} {
  const kinds = pairs.flatMap((one) => {
    const words = schemasOf(one)
      .flatMap((sql) => sql.split(";"))
      .map((sql) => /^\s*((?:[A-Z]+ ?)+)/.exec(sql)?.[1]?.trim() ?? "");
    return [...new Set(words)];
  });
  const needs = pairs.flatMap(({ parts }) =>
    parts.flatMap((part) => part.needs.map((need) => `${kindOf(part.id)} on ${kindOf(need)}`)),
  );
  return { statements: counted(kinds), dependencies: counted(needs) };
}

const kindOf = (id: string): string => id.split(" ")[0] ?? "";

const counted = (all: readonly string[]): string[] =>
  [...Map.groupBy(all, (one) => one)]
    .map(([name, { length }]) => ({ name, length }))
    .toSorted((a, b) => b.length - a.length)
    .map(({ name, length }) => `${name}: ${length}`);

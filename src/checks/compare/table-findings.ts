import { count } from "../../errors/count.ts";
import type { CheckFinding } from "../check.ts";
import type { Comparison, Located } from "./locate-rows.ts";
import { type RowValues, rowValues } from "./row-values.ts";
import { onBoth, type Side } from "./sides.ts";
import type { TablePair } from "./table-pair.ts";

/**
 * What is to be told of the rows that differ: one finding for each way.
 *
 * @param limit most rows that a finding shows
 */
export async function tableFindings(
  pair: TablePair,
  located: Located,
  comparison: Comparison,
  limit: number,
): Promise<readonly CheckFinding[]> {
  const { onlyLeft, onlyRight, differing, within = [] } = located;
  const alone = { left: onlyLeft, right: onlyRight };
  const { left, right } = await onBoth(async (side) => {
    // Which columns differ is told of all rows, and what they hold of some.
    const identities = [...differing.keys(), ...inOrder(alone[side]).slice(0, limit)];
    return await rowValues(identities, within, pair, side, comparison);
  });
  const values = { left, right };
  const aloneFinding = (side: Side, where: string): readonly CheckFinding[] => {
    const rows = sum(alone[side]);
    if (rows === 0) return [];
    const shown = inOrder(alone[side])
      .flatMap((identity) => values[side].get(identity) ?? [])
      .slice(0, limit);
    return [
      {
        object: pair[side].name,
        message: `${atLeast(located, rows)} only ${where}.`,
        rows,
        sample: shown.map((row) => Object.fromEntries(pair.columns.map(({ name }, at) => [name, row.shown[at]]))),
      },
    ];
  };
  return [
    ...differingFinding(
      pair,
      located,
      inOrder(differing).map((identity) => pairOf(left.get(identity), right.get(identity))),
      limit,
    ),
    ...aloneFinding("left", "here"),
    ...aloneFinding("right", "in the other database"),
  ];
}

const BY_NUMBER = new Intl.Collator("en", { numeric: true });

/** As people look for keys. */
const inOrder = (rows: ReadonlyMap<string, number>): readonly string[] =>
  [...rows.keys()].toSorted((one, other) => BY_NUMBER.compare(one, other));

const sum = (rows: ReadonlyMap<string, number>): number => [...rows.values()].reduce((all, one) => all + one, 0);

const atLeast = ({ isComplete }: Located, rows: number): string =>
  `${isComplete ? "" : "At least "}${count(rows, "row")} ${rows === 1 ? "is" : "are"}`;

type Pair = readonly [here: RowValues | undefined, there: RowValues | undefined];

/** Of several rows that are known by the same, one of each side that the other side has not. */
function pairOf(left: readonly RowValues[] = [], right: readonly RowValues[] = []): Pair {
  const textOf = ({ hashes }: RowValues): string => JSON.stringify(hashes);
  const lefts = new Set(left.map(textOf));
  const rights = new Set(right.map(textOf));
  return [left.find((row) => !rights.has(textOf(row))), right.find((row) => !lefts.has(textOf(row)))];
}

function differingFinding(
  pair: TablePair,
  located: Located,
  pairs: readonly Pair[],
  limit: number,
): readonly CheckFinding[] {
  const rows = sum(located.differing);
  if (rows === 0) return [];
  const isOther = ([here, there]: Pair, at: number): boolean => here?.hashes[at] !== there?.hashes[at];
  const counts = pair.columns
    .map(({ name }, at) => ({ name, rows: pairs.filter((one) => isOther(one, at)).length }))
    .filter((column) => column.rows > 0)
    .toSorted((one, other) => other.rows - one.rows);
  const keys = new Set(pair.key.map(({ name }) => name));
  const sample = pairs.slice(0, limit).map(([here, there]) =>
    Object.fromEntries(
      pair.columns.flatMap(({ name }, at): readonly (readonly [string, unknown])[] => {
        if (isOther([here, there], at)) return [[name, { here: here?.shown[at], there: there?.shown[at] }]];
        return keys.has(name) ? [[name, here?.shown[at]]] : [];
      }),
    ),
  );
  return [
    {
      object: pair.left.name,
      message: `${atLeast(located, rows)} not the same in the other database: ${counts.map((column) => `${column.name} (${column.rows})`).join(", ")}.`,
      rows,
      sample,
    },
  ];
}

import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Session } from "../../postgres/session.ts";
import { type Chosen, type Cut, HIGHEST, MOST_BITS, segmentSql } from "./cut.ts";
import { type MatchedRows, matchRows, type RowHash } from "./match-rows.ts";
import type { HashMethod } from "./row-hash.ts";
import { conditionSql, identitySql, rowHashSql } from "./row-sql.ts";
import { onBoth, type Sides } from "./sides.ts";
import type { TablePair } from "./table-pair.ts";

/** Two sessions, each in its transaction, and by what they tell rows apart. */
export interface Comparison {
  readonly sessions: Sides<Session>;
  readonly method: HashMethod;
}

/** Which rows differ, and how many there are. */
export interface Located extends MatchedRows {
  readonly rows: Sides<number>;
  /** The segments that hold all of `MatchedRows`, to find these rows again; absent where nothing differs. */
  readonly within?: readonly Chosen[];
  /** False: there are more rows that differ than were looked for. */
  readonly isComplete: boolean;
}

/** How finely tables are divided. */
export interface Sizes {
  /** Rows in a segment of the first pass: few enough that those of one that differs are soon read. */
  readonly rowsASegment: number;
  readonly segmentsAtFirst: number;
  /** Segments of further passes, which read what differs alone; each is a line of an answer. */
  readonly segments: number;
  /** Rows in a segment of the last pass. */
  readonly rowsAtLast: number;
  /** Rows that are sent with their hashes, and told apart here. */
  readonly sent: number;
}

const SIZES: Sizes = {
  rowsASegment: 2_048,
  segmentsAtFirst: 8_192,
  segments: 131_072,
  rowsAtLast: 16,
  sent: 100_000,
};

/**
 * Finds the rows in which two tables differ. All rows are read once, by one statement a side that adds up hashes by segment;
 * after that only segments whose counts or sums differ, in ever smaller ones.
 *
 * @param most rows that are looked for; where more differ, at least so many are told
 * @throws the driver's error; LockkeeperError `usage` for a key that is none
 */
export async function locateRows(
  pair: TablePair,
  comparison: Comparison,
  most: number,
  sizes: Sizes = SIZES,
): Promise<Located> {
  const within: Chosen[] = [];
  let cut = await firstCut(pair, comparison, sizes);
  let rows: Sides<number> | undefined;
  let isComplete = true;
  for (;;) {
    const { differing, total } = await differingSegments(cut, within, pair, comparison);
    rows ??= total;
    if (differing.size === 0) return { ...NOTHING, rows, isComplete: true };
    const segments = [...differing.keys()].slice(0, most);
    isComplete &&= segments.length === differing.size;
    // A finer cut of one kind says all that the coarser one said.
    if (within.at(-1)?.cut.kind === cut.kind) within.pop();
    within.push({ cut, segments });
    const left = segments.reduce((sum, segment) => sum + (differing.get(segment) ?? 0), 0);
    const isFew = left <= sizes.sent || left <= segments.length * 2 * sizes.rowsAtLast;
    const finer = isFew ? undefined : finerCut(cut, segments.length, left, sizes);
    if (finer === undefined) {
      if (!isFew && pair.key.length > 0) throw noKey(pair);
      const found = await sentRows(within, pair, comparison);
      return { ...found, rows, within, isComplete };
    }
    cut = finer;
  }
}

const noKey = ({ left, key }: TablePair): LockkeeperError =>
  new LockkeeperError("usage", {
    message: `Too many rows of ${left.name} have the same ${key.map(({ name }) => name).join(", ")}.`,
    notDone: "The table was not compared.",
    action: "Name columns with --key that tell its rows apart.",
  });

const NOTHING: MatchedRows = { onlyLeft: new Map(), onlyRight: new Map(), differing: new Map() };

/** By ranges where the key allows it: what changed together lies together, and is found again by the index. */
async function firstCut(pair: TablePair, { sessions }: Comparison, sizes: Sizes): Promise<Cut> {
  const { rangeBy } = pair;
  const wanted = Math.min(sizes.segmentsAtFirst, Math.max(pair.left.rows, pair.right.rows) / sizes.rowsASegment);
  const bits = Math.max(0, Math.ceil(Math.log2(Math.max(1, wanted))));
  const byHash: Cut = { kind: "hash", bits };
  if (rangeBy === undefined) return byHash;
  const { left, right } = await onBoth(async (side) => {
    const { sql } = rangeBy[side];
    const [row] = await sessions[side].query<{ low: string | null; high: string | null }>(
      `SELECT min(${sql})::text AS low, max(${sql})::text AS high FROM ${pair[side].from}`,
    );
    return row?.low == null || row.high == null ? [] : [BigInt(row.low), BigInt(row.high)];
  });
  const [low, high] = bounds([...left, ...right]);
  const span = high - low;
  if (span > HIGHEST) return byHash;
  const shift = Math.max(0, span.toString(2).length - bits);
  return { kind: "range", column: rangeBy, low, shift };
}

function bounds(numbers: readonly bigint[]): readonly [bigint, bigint] {
  const sorted = numbers.toSorted((one, other) => (one < other ? -1 : 1));
  return [sorted[0] ?? 0n, sorted.at(-1) ?? 0n];
}

/** Undefined where segments cannot become smaller. */
function finerCut(cut: Cut, segments: number, rows: number, sizes: Sizes): Cut | undefined {
  const parts = Math.min(sizes.segments / segments, rows / segments / sizes.rowsAtLast);
  const bits = Math.max(1, Math.floor(Math.log2(Math.max(2, parts))));
  if (cut.kind === "range") {
    return cut.shift === 0 ? { kind: "hash", bits } : { ...cut, shift: Math.max(0, cut.shift - bits) };
  }
  return cut.bits >= MOST_BITS ? undefined : { kind: "hash", bits: Math.min(MOST_BITS, cut.bits + bits) };
}

/** How many rows the segments have that are not the same on both sides, on the side that has more; and how many there are in all. */
async function differingSegments(
  cut: Cut,
  within: readonly Chosen[],
  pair: TablePair,
  { sessions, method }: Comparison,
): Promise<{ readonly differing: ReadonlyMap<bigint, number>; readonly total: Sides<number> }> {
  const { left, right } = await onBoth(async (side) => {
    // From what is in the columns the planner takes each row for a segment of its own, and has them all sorted, or sent to
    // one process. What it does not look into it takes for 200 segments, which each process adds up for itself; and it
    // looks into no subquery that seems to do something with each row, even where that is never done.
    const sql = `SELECT segment, count(*), sum(hash) FROM (
  SELECT ${segmentSql(cut, pair, side, method)} AS segment, ${rowHashSql(pair, side, method)} AS hash,
    CASE WHEN false THEN clock_timestamp() END
  FROM ${pair[side].from}${conditionSql(within, pair, side, method)}) AS r GROUP BY segment`;
    const { rows } = await sessions[side].batch([{ sql, wantRows: true }]);
    return new Map((rows[0] ?? []).map(([segment, rows, sum]) => [segment ?? "", { rows: Number(rows), sum }]));
  });
  const differing = new Map<bigint, number>();
  for (const segment of new Set([...left.keys(), ...right.keys()])) {
    const [one, other] = [left.get(segment), right.get(segment)];
    if (one?.rows === other?.rows && one?.sum === other?.sum) continue;
    differing.set(BigInt(segment), Math.max(one?.rows ?? 0, other?.rows ?? 0));
  }
  const sum = (segments: typeof left): number => [...segments.values()].reduce((all, { rows }) => all + rows, 0);
  return { differing, total: { left: sum(left), right: sum(right) } };
}

/** Has the rows of the segments told apart here: by what each is known by, and the hash of all it holds. */
async function sentRows(
  within: readonly Chosen[],
  pair: TablePair,
  { sessions, method }: Comparison,
): Promise<MatchedRows> {
  const { left, right } = await onBoth(async (side) => {
    const sql = `SELECT identity, hash, count(*) FROM (
  SELECT ${identitySql(pair, side, method)} AS identity, ${rowHashSql(pair, side, method)} AS hash
  FROM ${pair[side].from}${conditionSql(within, pair, side, method)}) AS r GROUP BY identity, hash`;
    const { rows } = await sessions[side].batch([{ sql, wantRows: true }]);
    return (rows[0] ?? []).map(
      ([identity, hash, rows]): RowHash => ({
        identity: identity ?? "",
        hash: hash ?? "",
        rows: Number(rows),
      }),
    );
  });
  return matchRows(left, right);
}

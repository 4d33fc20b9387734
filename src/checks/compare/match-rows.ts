/** Rows of one side that are known by the same and hold the same. */
export interface RowHash {
  readonly identity: string;
  readonly hash: string;
  readonly rows: number;
}

/** What rows are known by, and how many of them there are. */
export interface MatchedRows {
  readonly onlyLeft: ReadonlyMap<string, number>;
  readonly onlyRight: ReadonlyMap<string, number>;
  /** On both sides, with other values. */
  readonly differing: ReadonlyMap<string, number>;
}

/**
 * Tells rows apart that each side has, and those that both have with other values. Several rows may be known by the same:
 * those that hold the same on both sides are taken away first, and the rest are matched one by one.
 */
export function matchRows(left: readonly RowHash[], right: readonly RowHash[]): MatchedRows {
  const rest = new Map<string, Map<string, number>>();
  const add = ({ identity, hash, rows }: RowHash, sign: 1 | -1): void => {
    const hashes = rest.get(identity) ?? new Map<string, number>();
    rest.set(identity, hashes.set(hash, (hashes.get(hash) ?? 0) + sign * rows));
  };
  for (const row of left) add(row, 1);
  for (const row of right) add(row, -1);
  const onlyLeft = new Map<string, number>();
  const onlyRight = new Map<string, number>();
  const differing = new Map<string, number>();
  const note = (map: Map<string, number>, identity: string, rows: number): void => {
    if (rows > 0) map.set(identity, rows);
  };
  for (const [identity, hashes] of rest) {
    const counts = [...hashes.values()];
    const more = counts.reduce((sum, one) => sum + Math.max(0, one), 0);
    const fewer = counts.reduce((sum, one) => sum + Math.max(0, -one), 0);
    const both = Math.min(more, fewer);
    note(differing, identity, both);
    note(onlyLeft, identity, more - both);
    note(onlyRight, identity, fewer - both);
  }
  return { onlyLeft, onlyRight, differing };
}

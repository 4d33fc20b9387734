/** A line that one of two texts has and the other has not in its place. */
export interface DifferingLine {
  readonly side: "before" | "after";
  /** From 1, in the text of its side. */
  readonly line: number;
  readonly text: string;
}

/** Edits looked for at most; what differs more is told as one piece. Their square is the effort. */
const MOST_EDITS = 500;

/**
 * The lines of two texts without those that they share, in their order: the fewest, unless the texts have little in common.
 * What a place loses stands before what it gets.
 */
export function differingLines(before: string, after: string): readonly DifferingLine[] {
  const old = linesOf(before);
  const fresh = linesOf(after);
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let tail = 0;
  const shorter = Math.min(old.length, fresh.length) - head;
  while (tail < shorter && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const oldMiddle = old.slice(head, old.length - tail);
  const freshMiddle = fresh.slice(head, fresh.length - tail);
  const shared = sharedLines(oldMiddle, freshMiddle);
  const found: DifferingLine[] = [];
  let at = { old: 0, fresh: 0 };
  for (const next of [...shared, { old: oldMiddle.length, fresh: freshMiddle.length }]) {
    for (let line = at.old; line < next.old; line += 1) {
      found.push({ side: "before", line: head + line + 1, text: oldMiddle[line] ?? "" });
    }
    for (let line = at.fresh; line < next.fresh; line += 1) {
      found.push({ side: "after", line: head + line + 1, text: freshMiddle[line] ?? "" });
    }
    at = { old: next.old + 1, fresh: next.fresh + 1 };
  }
  return found;
}

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/);

interface Pair {
  readonly old: number;
  readonly fresh: number;
}

/** Myers, "An O(ND) Difference Algorithm": how far each diagonal comes with so many edits, and then the way back. */
function sharedLines(old: readonly string[], fresh: readonly string[]): readonly Pair[] {
  const rounds: Map<number, number>[] = [];
  let furthest = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(MOST_EDITS, old.length + fresh.length); edits += 1) {
    const next = new Map<number, number>();
    rounds.push(furthest);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = startOf(furthest, diagonal, edits);
      while (x < old.length && x - diagonal < fresh.length && old[x] === fresh[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= old.length && x - diagonal >= fresh.length) return wayBack(rounds, old.length, fresh.length);
    }
    furthest = next;
  }
  return [];
}

/** Whether the diagonal above comes further with a line of the new text than the one below with a line of the old. */
function isFromAbove(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits || diagonal === edits) return diagonal === -edits;
  return (furthest.get(diagonal - 1) ?? 0) < (furthest.get(diagonal + 1) ?? 0);
}

const startOf = (furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): number =>
  isFromAbove(furthest, diagonal, edits) ? (furthest.get(diagonal + 1) ?? 0) : (furthest.get(diagonal - 1) ?? 0) + 1;

function wayBack(rounds: readonly ReadonlyMap<number, number>[], oldLength: number, freshLength: number): Pair[] {
  const pairs: Pair[] = [];
  let x = oldLength;
  let diagonal = oldLength - freshLength;
  for (const [edits, furthest] of [...rounds.entries()].reverse()) {
    const start = startOf(furthest, diagonal, edits);
    for (; x > start; x -= 1) pairs.push({ old: x - 1, fresh: x - 1 - diagonal });
    const fromAbove = isFromAbove(furthest, diagonal, edits);
    x = fromAbove ? start : start - 1;
    diagonal += fromAbove ? 1 : -1;
  }
  return pairs.reverse();
}

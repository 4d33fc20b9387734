import type { Node } from "./graph.ts";

/**
 * The nodes so that each comes after all that must come before it; where that leaves a choice, by rank and key.
 *
 * @returns cycle: those that wait for each other; empty when all are in order
 */
export function inOrder(nodes: readonly Node[]): {
  readonly ordered: readonly Node[];
  readonly cycle: readonly Node[];
} {
  const waiting = new Map(nodes.map((one) => [one, one.before.size]));
  const ready = new Ready();
  for (const [one, count] of waiting) {
    if (count === 0) ready.add(one);
  }
  const ordered: Node[] = [];
  for (let next = ready.take(); next !== undefined; next = ready.take()) {
    ordered.push(next);
    for (const one of next.after) {
      const count = (waiting.get(one) ?? 0) - 1;
      waiting.set(one, count);
      if (count === 0) ready.add(one);
    }
  }
  const done = new Set(ordered);
  return { ordered, cycle: ordered.length === nodes.length ? [] : inCycles(nodes.filter((one) => !done.has(one))) };
}

/** Without what only waits for a cycle and is not part of it. */
function inCycles(stuck: readonly Node[]): readonly Node[] {
  const left = new Set(stuck);
  for (let found = true; found; ) {
    found = false;
    for (const one of left) {
      if (![...one.after].some((next) => left.has(next))) {
        left.delete(one);
        found = true;
      }
    }
  }
  return [...left];
}

/** A heap: the least first. */
class Ready {
  readonly #heap: Node[] = [];

  add(one: Node): void {
    const heap = this.#heap;
    let at = heap.push(one) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above];
      if (other === undefined || !isBefore(one, other)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = one;
  }

  take(): Node | undefined {
    const heap = this.#heap;
    const least = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return least;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let other = heap[below];
      const right = heap[below + 1];
      if (other !== undefined && right !== undefined && isBefore(right, other)) {
        below += 1;
        other = right;
      }
      if (other === undefined || !isBefore(other, last)) break;
      heap[at] = other;
      at = below;
    }
    heap[at] = last;
    return least;
  }
}

const isBefore = (a: Node, b: Node): boolean => (a.rank === b.rank ? a.key < b.key : a.rank < b.rank);

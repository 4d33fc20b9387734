import type { RandomPair } from "./random-pair.ts";

/**
 * The smallest pair, as far as one part at a time leads, of which something still holds: parts go, and those that remain become alike on
 * both sides.
 */
export async function shrink(found: RandomPair, still: (one: RandomPair) => Promise<boolean>): Promise<RandomPair> {
  let smallest = found;
  const attempt = async (next: RandomPair): Promise<boolean> => {
    const smaller = await still(next);
    if (smaller) {
      smallest = next;
    }
    return smaller;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const part of smallest.parts.toReversed()) {
      const parts = smallest.parts.filter(({ id }) => id !== part.id);
      const [a, b] = [smallest.a.get(part.id), smallest.b.get(part.id)];
      if (await attempt({ ...smallest, parts })) {
        changed = true;
      } else if (
        a !== b &&
        a !== undefined &&
        (await attempt({ ...smallest, b: new Map(smallest.b).set(part.id, a) }))
      ) {
        changed = true;
      } else if (
        a !== b &&
        b !== undefined &&
        (await attempt({ ...smallest, a: new Map(smallest.a).set(part.id, b) }))
      ) {
        changed = true;
      }
    }
  }
  return smallest;
}

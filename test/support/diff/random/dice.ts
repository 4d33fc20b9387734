/** Choices that a seed decides, the same on every machine. */
export interface Dice {
  /** A whole number from zero up to, and without, the limit. */
  below(limit: number): number;
  chance(probability: number): boolean;
  /** @throws when there is nothing to pick from */
  pick<T>(from: readonly T[]): T;
}

/** The generator known as mulberry32. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick(from) {
      const one = from[below(from.length)];
      if (one === undefined) {
        throw new Error("nothing to pick from");
      }
      return one;
    },
  };
}

/** `left` is the database at hand, `right` the one that it is compared with. */
export type Side = "left" | "right";

export interface Sides<T> {
  readonly left: T;
  readonly right: T;
}

/**
 * The same on both sides at a time. A side that fails is heard only when the other has ended too, so that nothing is left
 * at work on a session.
 */
export async function onBoth<T>(work: (side: Side) => Promise<T>): Promise<Sides<T>> {
  const [left, right] = await Promise.allSettled([work("left"), work("right")]);
  if (left.status === "rejected") throw left.reason;
  if (right.status === "rejected") throw right.reason;
  return { left: left.value, right: right.value };
}

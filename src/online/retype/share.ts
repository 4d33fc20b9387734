import type { Piece } from "../piece.ts";

/** The order of a cutover, and of the way back from it. */
const SLOTS = [
  "lock",
  "views off",
  "triggers off",
  "sync off",
  "keys off",
  "off",
  "rename",
  "on",
  "marks",
  "settle",
  "sync on",
  "triggers on",
  "views on",
] as const;

type Slot = (typeof SLOTS)[number];

export type Step = readonly [slot: Slot, sql: string];

/** What one thing that hangs on a column needs done so that it hangs on the new one. */
export interface Share {
  /** Once the new column is filled: long work that lets everybody through. */
  readonly build?: readonly Piece[];
  /** In the transaction of the cutover. */
  readonly up?: readonly Step[];
  /** In the transaction of the way back from it. */
  readonly down?: readonly Step[];
  /** What must hold of each row for what follows: asked before anything is changed. */
  readonly wanted?: readonly string[];
  /** Before that transaction: what must hold for it. */
  readonly proofs?: readonly string[];
  /** Behind it. */
  readonly behind?: readonly string[];
  readonly notes?: readonly string[];
}

/** Why it cannot be done. */
export interface Obstacle {
  readonly reason: string;
  readonly instead?: string;
}

/** The statements of all, in the order of their slots; within one, as they come. */
export const inSlots = (steps: readonly Step[]): readonly string[] =>
  SLOTS.flatMap((slot) => steps.filter(([own]) => own === slot).map(([, sql]) => sql));

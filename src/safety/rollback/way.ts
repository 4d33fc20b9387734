import type { PlannedLock } from "../planned-locks.ts";
import type { KeptObject } from "./kept-objects.ts";

/**
 * How one comes to a state that holds again:
 *
 * - `forward`: what was begun is finished, or what is wrong is mended by a further migration;
 * - `down`: the migration is taken back;
 * - `quarantine`: rows that were put out of sight are read where they are, one by one;
 * - `backup`: everything is as it was when the backup was taken.
 */
export type WayKind = "forward" | "down" | "quarantine" | "backup";

export interface Way {
  readonly kind: WayKind;
  /** Whether it can be gone at this moment. */
  readonly isOpen: boolean;
  /** Why not, in a sentence. */
  readonly because: string | null;
  /** Lines for a shell, in their order. */
  readonly commands: readonly string[];
  /** Statements for psql, in their order. */
  readonly sql: readonly string[];
  /** What holds afterwards, in a sentence. */
  readonly outcome: string;
  /** What of the rows written since is kept, and what is lost; sentences. */
  readonly keeps: readonly string[];
  readonly loses: readonly string[];
  /** What rows could keep it from its end, with a query that finds them where there is one. */
  readonly mayStop: readonly { readonly reason: string; readonly query: string | null }[];
  /** Null where nobody can tell. */
  readonly seconds: number | null;
  /** The strongest on each relation that others use. */
  readonly locks: readonly PlannedLock[];
  /** What is out of sight, for `quarantine`. */
  readonly kept: readonly KeptObject[];
}

const NOTHING = {
  because: null,
  commands: [],
  sql: [],
  keeps: [],
  loses: [],
  mayStop: [],
  seconds: null,
  locks: [],
  kept: [],
} as const;

/** @param facts what there is to say beyond the defaults */
export const openWay = (kind: WayKind, outcome: string, facts: Partial<Way> = {}): Way => ({
  ...NOTHING,
  kind,
  isOpen: true,
  outcome,
  ...facts,
});

export const closedWay = (kind: WayKind, because: string, facts: Partial<Way> = {}): Way => ({
  ...NOTHING,
  kind,
  isOpen: false,
  because,
  outcome: "",
  ...facts,
});

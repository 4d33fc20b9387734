import type { Phase } from "./phase.ts";

/** One statement of an online form. */
export interface Piece {
  /** Without a semicolon. */
  readonly sql: string;
  readonly phase: Phase;
  /**
   * `brief`: may share its transaction with brief neighbours; `alone`: works long under a weak lock, so nothing else
   * may be held meanwhile. What PostgreSQL refuses inside a transaction is known by its text.
   */
  readonly transaction: "brief" | "alone";
  /** True: it goes with what another piece makes, and needs no way back of its own. */
  readonly goesAlong?: boolean;
}

/** How a statement is brought live. */
export type OnlineForm =
  /** Nothing about it stops traffic for long. */
  | { readonly kind: "as written" }
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[] }
  /** No form is known that keeps traffic going. */
  | { readonly kind: "refused"; readonly reason: string; readonly instead?: string };

export const AS_WRITTEN: OnlineForm = { kind: "as written" };

export const brief = (sql: string, phase: Phase = "expand"): Piece => ({ sql, phase, transaction: "brief" });

export const alone = (sql: string, phase: Phase): Piece => ({ sql, phase, transaction: "alone" });

export const along = (piece: Piece): Piece => ({ ...piece, goesAlong: true });

export const pieces = (...all: readonly Piece[]): OnlineForm => ({ kind: "pieces", pieces: all });

export const refused = (reason: string, instead?: string): OnlineForm => ({
  kind: "refused",
  reason,
  ...(instead === undefined ? {} : { instead }),
});

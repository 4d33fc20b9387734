import type { OnlinePolicy } from "./online-policy.ts";
import type { Phase } from "./phase.ts";
import type { Piece } from "./piece.ts";

const PHASES: readonly Phase[] = ["expand", "migrate", "cutover", "contract"];

const rank = ({ phase, isFirst }: Piece): number => (isFirst === true ? -1 : PHASES.indexOf(phase));

/** What is new first, for all subcommands; then the long proofs, one after the other; then the switches. */
export const inPhases = (all: readonly Piece[]): Piece[] => [...all].sort((one, other) => rank(one) - rank(other));

/**
 * Brief pieces on the same table that stand side by side become one statement: one lock instead of several. Behind the
 * first piece that works long, the next brief ones wait for it. Together they may be no longer than brief either.
 *
 * @param head what all of them begin with, such as `ALTER TABLE t`
 */
export function regrouped(all: readonly Piece[], head: string, { briefSeconds }: OnlinePolicy): Piece[] {
  const grouped: Piece[] = [];
  for (const piece of all) {
    const before = grouped.at(-1);
    const seconds = (before?.seconds ?? 0) + (piece.seconds ?? 0);
    const joins =
      before !== undefined &&
      isPlain(before, head) &&
      isPlain(piece, head) &&
      before.phase === piece.phase &&
      seconds <= briefSeconds &&
      passable(before.sql, piece.sql);
    if (joins) {
      const notes = [...(before.notes ?? []), ...(piece.notes ?? [])];
      grouped[grouped.length - 1] = {
        ...before,
        seconds,
        sql: `${before.sql}, ${piece.sql.slice(head.length + 1)}`,
        ...(notes.length === 0 ? {} : { notes }),
      };
    } else {
      grouped.push(piece);
    }
  }
  return grouped;
}

/** A rename cannot be one of several. */
const isPlain = ({ sql, transaction, goesAlong, isTrial, leftover, back }: Piece, head: string): boolean =>
  transaction === "brief" &&
  back === undefined &&
  goesAlong !== true &&
  isTrial !== true &&
  leftover === undefined &&
  sql.startsWith(`${head} `) &&
  !sql.startsWith(`${head} RENAME `);

/** Drops run first: SET NOT NULL beside a dropped constraint would not see its proof, and a new column is not there. */
const passable = (one: string, other: string): boolean =>
  !(/\bSET NOT NULL\b/i.test(one) && /\bDROP CONSTRAINT\b/i.test(other)) &&
  !(/\bADD\b/i.test(one) && /\bDROP DEFAULT\b/i.test(other));

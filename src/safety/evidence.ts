import { databaseError } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";

/** `backup`: one that was taken, and whether it was restored; `approval`: a person's word; `estimate`: what was expected of a run. */
export type EvidenceKind = "backup" | "rehearsal" | "checks" | "approval" | "snapshot" | "estimate";

/** Something that was shown, by which a gate is judged. */
export interface NewEvidence {
  readonly kind: EvidenceKind;
  /** Whether what it speaks of held: a rehearsal that failed is evidence too. */
  readonly held: boolean;
  /** Digest of what it was shown for, as of `bindingOf`; absent where it holds for the database as a whole. */
  readonly boundTo?: string;
  /** Who did it; the login role when absent. */
  readonly actor?: string;
  /** Plain data. */
  readonly report: unknown;
}

export interface Evidence<R = unknown> {
  readonly id: number;
  readonly kind: EvidenceKind;
  /** ISO 8601, by the database's clock. */
  readonly at: string;
  /** Seconds since then, by the database's clock. */
  readonly ageSeconds: number;
  readonly actor: string;
  readonly held: boolean;
  readonly boundTo: string | null;
  readonly report: R;
}

/**
 * In the caller's transaction, where there is one. The state schema has to be installed.
 *
 * @returns its id
 */
export async function recordEvidence(session: Session, evidence: NewEvidence): Promise<number> {
  const { kind, held, boundTo, actor, report } = evidence;
  const [row] = await session.query<{ id: number }>(
    `INSERT INTO lockkeeper.evidence (kind, held, bound_to, actor, report)
     VALUES ($1, $2, $3, coalesce($4, session_user), $5) RETURNING id::float8 AS id`,
    [kind, held, boundTo ?? null, actor ?? null, JSON.stringify(report)],
  );
  return row?.id ?? 0;
}

/**
 * The newest first; none where the state schema is not there, or is of a version that had none.
 *
 * @param kind the one that is looked for; all when absent
 * @param limit most that are given
 */
export async function readEvidence<R = unknown>(
  session: Session,
  kind?: EvidenceKind,
  limit = 100,
): Promise<readonly Evidence<R>[]> {
  try {
    return await session.query<Evidence<R>>(
      `SELECT id::float8 AS id, kind, to_json(at) #>> '{}' AS at,
         extract(epoch FROM clock_timestamp() - at)::float8 AS "ageSeconds", actor, held, bound_to AS "boundTo", report
       FROM lockkeeper.evidence WHERE $1::text IS NULL OR kind = $1 ORDER BY id DESC LIMIT $2`,
      [kind ?? null, limit],
    );
  } catch (error) {
    const code = databaseError(error)?.code;
    if (code === "42P01" || code === "3F000") return [];
    throw error;
  }
}

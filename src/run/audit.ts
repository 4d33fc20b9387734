import type { Session } from "../postgres/session.ts";

/** A decision of a person. */
export interface AuditEntry {
  readonly action:
    | "baseline"
    | "repair"
    | "adopt"
    | "drift"
    | "squash"
    | "contract"
    | "pause"
    | "throttle"
    | "abort"
    | "override"
    | "approve";
  /** What it is about: a migration's id, a tool, a gate. */
  readonly subject: string;
  readonly reason?: string | undefined;
  /** Old and new values. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** The login role when undefined. */
  readonly actor?: string | undefined;
}

/** Writes the entry in the caller's transaction, so that the decision and its record stand or fall together. */
export async function recordDecision(session: Session, entry: AuditEntry): Promise<void> {
  await session.query(
    `INSERT INTO lockkeeper.audit (actor, action, subject, reason, detail)
     VALUES (coalesce($1, session_user), $2, $3, $4, $5)`,
    [entry.actor ?? null, entry.action, entry.subject, entry.reason ?? null, JSON.stringify(entry.detail)],
  );
}

import type { Session } from "../postgres/session.ts";

/** A migration that is in force although Lockkeeper did not run it. */
export interface RecordedMigration {
  readonly id: string;
  readonly checksum: string;
  readonly origin: "baseline" | "adopt";
  readonly adoptedFrom?: string;
  /** ISO 8601; the time of recording when undefined. */
  readonly appliedAt?: string;
}

/**
 * Adds them to the history in the order given. Runs of them that were tried and left nothing behind are closed, so that
 * nobody resumes them.
 */
export async function recordInForce(session: Session, migrations: readonly RecordedMigration[]): Promise<void> {
  await session.query(
    `INSERT INTO lockkeeper.migration (id, checksum, origin, adopted_from, applied_at)
     SELECT m.id, m.checksum, m.origin, m."adoptedFrom", coalesce(m."appliedAt", clock_timestamp())
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb)
       AS (id text, checksum text, origin text, "adoptedFrom" text, "appliedAt" timestamptz)) WITH ORDINALITY
       AS m(id, checksum, origin, "adoptedFrom", "appliedAt", n)
     ORDER BY n`,
    [JSON.stringify(migrations)],
  );
  await session.query(
    `UPDATE lockkeeper.run SET state = 'superseded', finished_at = clock_timestamp()
     WHERE migration_id = ANY ($1) AND state IN ('queued', 'running', 'paused', 'failed', 'aborted')
       AND NOT EXISTS (SELECT FROM lockkeeper.step WHERE run_id = run.id)`,
    [migrations.map(({ id }) => id)],
  );
}

import { databaseError } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import type { Drift } from "./drift-of.ts";

/**
 * Writes beside the recorded schema how many objects were found otherwise: what readiness reads, which cannot read a whole
 * schema each time. Where this is not allowed, nothing is written.
 */
export async function noteDrift(session: Session, { snapshot, report }: Drift): Promise<void> {
  if (snapshot === undefined) return;
  try {
    await session.query("UPDATE lockkeeper.snapshot SET drifted = $2, looked_at = clock_timestamp() WHERE id = $1", [
      snapshot.id,
      report.objects.length,
    ]);
  } catch (error) {
    if (databaseError(error) === undefined) throw error;
  }
}

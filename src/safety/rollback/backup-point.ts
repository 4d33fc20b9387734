import type { Session } from "../../postgres/session.ts";
import type { BackupReport } from "../backup/backup.ts";
import { readEvidence } from "../evidence.ts";

/** The newest backup that was restored and held what it was taken of. */
export interface BackupPoint {
  readonly id: string;
  readonly provider: BackupReport["provider"];
  /** Up to when it holds what was committed, ISO 8601. */
  readonly at: string;
  /** Since then, in seconds. */
  readonly ageSeconds: number;
  readonly location: string;
  readonly sizeBytes: number;
  /** What restoring it took when it was verified; null where nobody measured it. */
  readonly restoreSeconds: number | null;
}

/** Evidence that is looked through: older than that nobody goes back. */
const LOOKED_AT = 100;

/** The newest by the time at which it was taken; null where none was verified. */
export async function newestBackup(session: Session): Promise<BackupPoint | null> {
  const evidence = await readEvidence<BackupReport>(session, "backup", LOOKED_AT);
  const points = evidence
    .filter(({ held, report }) => held && report.verification !== null)
    .map(({ at, ageSeconds, report }): BackupPoint => {
      const { id, provider, takenAt, location, sizeBytes, durations } = report;
      return {
        id,
        provider,
        at: takenAt,
        // Both are times of the database's clock.
        ageSeconds: ageSeconds + (Date.parse(at) - Date.parse(takenAt)) / 1_000,
        location,
        sizeBytes,
        restoreSeconds: durations.restoreMs === null ? null : durations.restoreMs / 1_000,
      };
    });
  return points.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))[0] ?? null;
}

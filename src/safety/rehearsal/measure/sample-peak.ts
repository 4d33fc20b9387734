import { pause } from "../../../postgres/pause.ts";
import { failureKind } from "../../../postgres/server-error.ts";
import type { Session } from "../../../postgres/session.ts";

/** Sizes are asked of the files: that is cheap, and what a step writes and drops again lasts longer than this. */
const EVERY_MS = 50;

const DATABASE = "SELECT pg_database_size(current_database())::float8 AS bytes";
const WITH_TEMPORARY = `SELECT (pg_database_size(current_database()) +
  coalesce((SELECT sum(size) FROM pg_ls_tmpdir()), 0))::float8 AS bytes`;

/** Looks how large the database is while something works in it. */
export interface PeakSample {
  /** The largest that it was seen, temporary files included where the role may see them. */
  end(): Promise<number>;
}

/** @param session that nobody else uses until the sample ends */
export function samplePeak(session: Session): PeakSample {
  const over = new AbortController();
  let peak = 0;
  const look = async (): Promise<void> => {
    let sql = WITH_TEMPORARY;
    while (!over.signal.aborted) {
      try {
        const [row] = await session.query<{ bytes: number }>(sql);
        peak = Math.max(peak, row?.bytes ?? 0);
      } catch (error) {
        if (failureKind(error) === "connection") return;
        // A file that went while it was asked for is asked for again; rights do not come.
        if (failureKind(error) === "permission") sql = DATABASE;
      }
      await pause(EVERY_MS, over.signal);
    }
  };
  const looking = look();
  return {
    async end() {
      over.abort();
      await looking;
      return peak;
    },
  };
}

import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { recordDecision } from "../audit.ts";
import { recordInForce } from "../record-in-force.ts";
import { type OperationOptions, underLease } from "../under-lease.ts";
import type { Drift } from "./drift-of.ts";

export interface AcceptDriftOptions extends OperationOptions {
  /** What makes other databases as this one is. */
  readonly migration: Pick<Migration, "id" | "checksum">;
  /** What it was made from. */
  readonly drift: Drift;
  readonly reason?: string;
}

/**
 * Records the migration as in force in the database whose schema is so already, and the schema as what it should be.
 *
 * @throws LockkeeperError `drift_unknown` when the schema has changed again since, `database_read_only`, `lease_held`
 */
export async function acceptDrift({ migration, drift, reason, ...options }: AcceptDriftOptions): Promise<void> {
  await underLease(
    options,
    "drift",
    async () => true,
    async (session) => {
      const now = await readCatalog(session.query, {
        snapshot: "open transaction",
        lockTimeoutMs: options.policy.lockTimeoutMs,
      });
      if (catalogFingerprint(now) !== drift.fingerprint) {
        throw new LockkeeperError("drift_unknown", {
          message: "The schema has changed again while the migration was written.",
          notDone: "Nothing was recorded, and no file was left.",
          action: "Run the command again.",
        });
      }
      await recordInForce(session, [{ ...migration, origin: "baseline" }]);
      await recordDecision(session, {
        action: "drift",
        subject: migration.id,
        reason,
        detail: { accepted: drift.report.objects.map(({ id }) => id) },
        actor: options.actor,
      });
      return migration.id;
    },
    () => true,
  );
}

import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { connect } from "../../postgres/session.ts";
import type { Backup } from "../backup/backup.ts";
import { backupOptions } from "../backup/backup-options.ts";
import { schemaFingerprint } from "../backup/describe-database.ts";
import { newestUntried, type Untried } from "../backup/newest-untried.ts";
import { takeBackup } from "../backup/take-backup.ts";
import { speaksOfBackup, verifyBackup } from "../backup/verify-backup.ts";
import { gatePolicy } from "../gates/gate-policy.ts";
import { judgeBackup } from "../gates/judge-evidence.ts";
import { needless, onRecord } from "./asked-before.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage, StageEnd } from "./stage.ts";

/** How old the data of a backup may be where no gate of the policy says it, ms: a day. */
const WITHIN_MS = 86_400_000;

/** What was taken by a release that was killed is verified, and not taken again. */
export const backupStage = (sight: ReleaseSight): Stage => ({
  name: "backup",
  intent: "A backup is taken, restored elsewhere and compared.",
  async standing() {
    if (sight.without.includes("backup")) return "Left to others.";
    const rule = { gate: "backup", withinMs: withinOf(sight) } as const;
    return needless(sight) ?? (await onRecord(sight, (gates) => judgeBackup(rule, gates)));
  },
  async preview() {
    const { backup } = await untried(sight);
    return `${backup === undefined ? "A backup is taken" : `${backup.id} was taken before: it is`}, restored elsewhere and compared.`;
  },
  async run() {
    const { config, url, stop, say } = sight;
    const { backup, spoilt } = await untried(sight);
    for (const { error } of spoilt) say(error.message);
    if (backup !== undefined) {
      say(`${backup.id} was taken before and never verified; restoring it`);
      try {
        return await verified(sight, backup, "was taken before, is");
      } catch (error) {
        if (!(error instanceof LockkeeperError && speaksOfBackup(error))) throw error;
        say(`${error.message} Another one is taken.`);
      }
    }
    const taken = await takeBackup({ ...backupOptions(config), url, signal: stop.soon, onProgress: say });
    return await verified(sight, taken, "is taken,");
  },
});

async function verified({ config, url, stop, say }: ReleaseSight, backup: Backup, came: string): Promise<StageEnd> {
  const options = { ...backupOptions(config), url, signal: stop.soon, onProgress: say };
  const { id, tables, verification } = await verifyBackup(backup, { ...options, server: config.scratch.named });
  const where = verification === null ? "" : ` (${verification.where})`;
  const isTold = verification?.where === "command" && verification.compared + verification.changedMeanwhile === 0;
  const seen = isTold
    ? "; nothing was compared, by its word alone it holds"
    : ` and compared: ${count(tables.length, "table")}`;
  return { held: true, message: `${id} ${came} restored${where}${seen}.` };
}

async function untried(sight: ReleaseSight): Promise<Untried> {
  const { config, url, foreseen } = sight;
  await using session = await connect(url, { applicationName: "lockkeeper release" });
  const { folder, provider } = backupOptions(config);
  const catalog = schemaFingerprint(foreseen.catalog);
  return await newestUntried(session, { folder, provider, withinMs: withinOf(sight), catalog });
}

function withinOf({ config }: ReleaseSight): number {
  const rule = gatePolicy(config.gates, config.file).find((gate) => gate.rule.gate === "backup")?.rule;
  return rule?.gate === "backup" ? rule.withinMs : WITHIN_MS;
}

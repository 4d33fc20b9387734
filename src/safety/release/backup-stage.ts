import { count } from "../../errors/count.ts";
import { backupOptions } from "../backup/backup-options.ts";
import { takeBackup } from "../backup/take-backup.ts";
import { verifyBackup } from "../backup/verify-backup.ts";
import { gatePolicy } from "../gates/gate-policy.ts";
import { judgeBackup } from "../gates/judge-evidence.ts";
import { needless, onRecord } from "./asked-before.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage } from "./stage.ts";

/** How old the data of a backup may be where no gate of the policy says it, ms: a day. */
const WITHIN_MS = 86_400_000;

export const backupStage = (sight: ReleaseSight): Stage => ({
  name: "backup",
  intent: "A backup is taken, restored elsewhere and compared.",
  async standing() {
    if (sight.without.includes("backup")) return "Left to others.";
    const rule = gatePolicy(sight.config.gates, sight.config.file).find((gate) => gate.rule.gate === "backup")?.rule;
    const withinMs = rule?.gate === "backup" ? rule.withinMs : WITHIN_MS;
    return needless(sight) ?? (await onRecord(sight, (gates) => judgeBackup({ gate: "backup", withinMs }, gates)));
  },
  async run() {
    const { config, url, stop, say } = sight;
    const options = { ...backupOptions(config), url, signal: stop.soon, onProgress: say };
    const taken = await takeBackup(options);
    const { id, tables, verification } = await verifyBackup(taken, { ...options, server: config.scratch.named });
    const where = verification === null ? "" : ` (${verification.where})`;
    return { held: true, message: `${id} is taken, restored${where} and compared: ${count(tables.length, "table")}.` };
  },
});

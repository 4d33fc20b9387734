import { expect, test } from "vitest";
import { connect } from "../../src/postgres/session.ts";
import { installState } from "../../src/run/state/install-state.ts";
import { recordEvidence } from "../../src/safety/evidence.ts";
import type { GateVerdict } from "../../src/safety/gates/gate.ts";
import type { GateSight } from "../../src/safety/gates/gate-sight.ts";
import { judgeBackup } from "../../src/safety/gates/judge-evidence.ts";
import { testDatabase } from "../support/database.ts";

const HOUR = 3_600_000;

test("of each backup its last verification counts, and of those that hold the one with the newest data", async () => {
  await using db = await testDatabase();
  await using session = await connect(db.url);
  await installState(session);
  const verified = (digest: string, hoursOld: number, held: boolean): Promise<number> => {
    // As a server in another time zone writes it.
    const takenAt = new Date(Date.now() - hoursOld * HOUR + 5.5 * HOUR).toISOString().replace("Z", "+05:30");
    const failure = held ? null : { code: "backup_invalid", message: `${digest} was cut short.` };
    return recordEvidence(session, { kind: "backup", held, report: { digest, takenAt, failure } });
  };
  const judged = async (hours: number): Promise<GateVerdict> =>
    await judgeBackup({ gate: "backup", withinMs: hours * HOUR }, { session } as GateSight);
  expect(await judged(48)).toMatchObject({
    state: "does not hold",
    reason: "No backup was restored and compared yet.",
  });
  await verified("new", 2, true);
  await verified("old", 30, true);
  expect(await judged(3)).toMatchObject({ state: "holds", evidence: { report: { digest: "new" } } });
  await verified("new", 2, false);
  expect(await judged(3)).toMatchObject({ state: "does not hold", evidence: { report: { digest: "old" } } });
  expect(await judged(48)).toMatchObject({ state: "holds", evidence: { report: { digest: "old" } } });
  await verified("old", 30, false);
  expect(await judged(48)).toMatchObject({
    state: "does not hold",
    reason: "The newest backup failed: old was cut short.",
  });
  await verified("new", 2, true);
  expect(await judged(3)).toMatchObject({ state: "holds" });
});

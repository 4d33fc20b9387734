import type { Session } from "../../postgres/session.ts";
import { readEvidence } from "../evidence.ts";
import { readAccuracy } from "./accuracy.ts";
import type { Measured } from "./calibration.ts";
import type { Measurements } from "./measured-step.ts";

/**
 * What was measured here before: rehearsals, the newest first, and behind them runs of which it is on record what had been
 * expected of them.
 */
export async function readMeasured(session: Session): Promise<readonly Measured[]> {
  const rehearsals = await readEvidence<{ readonly measurements?: Measurements }>(session, "rehearsal", 20);
  const measured = rehearsals.flatMap(({ id, report }): readonly Measured[] =>
    report.measurements === undefined ? [] : [{ of: `rehearsal ${id}`, measurements: report.measurements }],
  );
  const { steps } = await readAccuracy(session, { limit: 50, kinds: ["run"] });
  const runs = steps.flatMap((step) =>
    step.model !== undefined && !step.wasInterrupted
      ? [{ ...step, works: step.works, expected: step.model, measured: step.actual }]
      : [],
  );
  const [server] = await session.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  return runs.length === 0
    ? measured
    : [
        ...measured,
        { of: "past runs", measurements: { serverVersion: server?.version ?? 0, settings: {}, steps: runs } },
      ];
}

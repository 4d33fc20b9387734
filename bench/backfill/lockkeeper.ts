import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { connect } from "../../src/postgres/session.ts";
import { Connection } from "../../src/run/connection.ts";
import { installState } from "../../src/run/state/install-state.ts";
import { runSweep } from "../../src/sweep/run-sweep.ts";
import { DEFAULT_SWEEP_POLICY } from "../../src/sweep/sweep-policy.ts";
import { VALUE } from "./items.ts";

const FILL: SweepSpec = {
  table: { schema: "public", name: "items" },
  action: { kind: "update", set: `filled = ${VALUE}` },
  where: "filled IS NULL",
  left: `filled IS DISTINCT FROM ${VALUE}`,
  visits: "again",
  triggers: "fire",
};

/** The sweep that `up` would run for a column with values from an expression, at the default policy but for the workers. */
export async function sweep(url: string, workers: number): Promise<void> {
  await using session = await connect(url);
  await installState(session);
  const [row] = await session.query<{ lease: { token: number } }>(
    "SELECT lockkeeper.acquire_lease('bench', '{}', interval '1 hour') AS lease",
  );
  const token = row?.lease.token ?? 0;
  const never = new AbortController().signal;
  await runSweep(FILL, {
    token,
    run: 1,
    step: 0,
    settings: { application_name: `lockkeeper/${token}`, client_connection_check_interval: "500" },
    authored: [],
    policy: () => ({ ...DEFAULT_SWEEP_POLICY, workers }),
    open: () => new Connection(url),
    stopIfRequested: () => {},
    soon: never,
    now: never,
    whilePaused: async () => {},
    blockers: async () => [],
    emit: (event) => {
      if (process.env["BENCH_EVENTS"] !== undefined) console.error(JSON.stringify(event));
    },
  });
}

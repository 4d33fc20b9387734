import pg from "pg";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { connect } from "../../src/postgres/session.ts";
import { Connection } from "../../src/run/connection.ts";
import { installState } from "../../src/run/state/install-state.ts";
import { runSweep } from "../../src/sweep/run-sweep.ts";
import { DEFAULT_SWEEP_POLICY } from "../../src/sweep/sweep-policy.ts";

/** A way to fill `filled` in every row of `items`. */
export interface Contender {
  readonly name: string;
  /** What it does, in a few words. */
  readonly method: string;
  readonly run: (url: string, rows: number) => Promise<void>;
}

const FILL: SweepSpec = {
  table: { schema: "public", name: "items" },
  action: { kind: "update", set: "filled = total::bigint" },
  where: "filled IS NULL",
  left: "filled IS DISTINCT FROM total::bigint",
  visits: "again",
  triggers: "fire",
};

export const CONTENDERS: readonly Contender[] = [
  {
    name: "one UPDATE",
    method: "one statement, one transaction",
    run: (url) =>
      withClient(url, async (client) => void (await client.query("UPDATE items SET filled = total::bigint"))),
  },
  { name: "lockkeeper", method: "a sweep, one worker, default policy, verified", run: (url) => sweep(url, 1) },
  {
    name: "lockkeeper, 2 workers",
    method: "a sweep, two workers, default policy, verified",
    run: (url) => sweep(url, 2),
  },
  {
    name: "key batches of 1,000",
    method: "UPDATE by ranges of the key, each committed (online_migrations, GitLab)",
    run: (url, rows) => keyBatches(url, rows, "UPDATE items SET filled = total::bigint WHERE id > $1 AND id <= $2"),
  },
];

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function keyBatches(url: string, rows: number, sql: string): Promise<void> {
  await withClient(url, async (client) => {
    for (let after = 0; after < rows; after += 1_000) await client.query(sql, [after, after + 1_000]);
  });
}

async function sweep(url: string, workers: number): Promise<void> {
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

import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { connect } from "../../src/postgres/session.ts";
import { Connection } from "../../src/run/connection.ts";
import { workName } from "../../src/run/lease.ts";
import { SideChannel } from "../../src/run/side-channel.ts";
import { installState } from "../../src/run/state/install-state.ts";
import { Stop } from "../../src/run/stop.ts";
import { runSweep, type SweepResult } from "../../src/sweep/run-sweep.ts";
import type { SweepEvent } from "../../src/sweep/sweep-event.ts";
import { DEFAULT_SWEEP_POLICY, type SweepPolicy } from "../../src/sweep/sweep-policy.ts";

/** A sweep at work in the test's own process. */
export interface SweepHere {
  readonly events: SweepEvent[];
  readonly stop: Stop;
  /** May be changed while it runs. */
  policy: SweepPolicy;
  paused: boolean;
  readonly done: Promise<SweepResult>;
}

export interface SweepHereOptions {
  readonly policy?: Partial<SweepPolicy>;
  readonly token?: number;
  readonly step?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly authored?: readonly string[];
  readonly onEvent?: (event: SweepEvent) => void;
}

/** Installs the state and takes the lease for an hour. */
export async function takeLease(url: string): Promise<number> {
  await using session = await connect(url);
  await installState(session);
  const [row] = await session.query<{ lease: { token: number } }>(
    "SELECT lockkeeper.acquire_lease('test', '{}', interval '1 hour') AS lease",
  );
  return row?.lease.token ?? 0;
}

export function sweepHere(url: string, token: number, spec: SweepSpec, options: SweepHereOptions = {}): SweepHere {
  const stop = new Stop();
  const events: SweepEvent[] = [];
  const side = new Connection(url);
  const channel = new SideChannel(side);
  const name = workName(token);
  const here: { -readonly [K in keyof SweepHere]: SweepHere[K] } = {
    events,
    stop,
    policy: { ...DEFAULT_SWEEP_POLICY, ...options.policy },
    paused: false,
    done: Promise.resolve({ rows: 0, setAside: 0, left: 0, fired: [] }),
  };
  stop.now.addEventListener("abort", () => void channel.cancel(name).catch(() => {}));
  here.done = runSweep(spec, {
    token,
    run: 1,
    step: options.step ?? 0,
    settings: { application_name: name, client_connection_check_interval: "500", ...options.settings },
    authored: options.authored ?? [],
    policy: () => here.policy,
    open: () => {
      const connection = new Connection(url, {}, { deadlineMs: here.policy.reconnectDeadlineMs, stop });
      connection.applicationName = name;
      return connection;
    },
    stopIfRequested: () => {
      if (stop.reason === "lease-lost") throw new LockkeeperError("lease_lost");
      if (stop.reason !== undefined) throw new LockkeeperError("interrupted");
    },
    soon: stop.soon,
    now: stop.now,
    whilePaused: async () => {
      while (here.paused && !stop.requested) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    blockers: () => channel.blockers(name),
    emit: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  }).finally(() => side.end());
  return here;
}

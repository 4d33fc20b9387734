import type { ResolvedConfig } from "../../config/load-config.ts";
import type { Severity } from "../../hazards/finding.ts";
import { DEFAULT_LINT_POLICY, type LintPolicy } from "../../hazards/policy.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Direction } from "../../plan/plan.ts";
import { connect } from "../../postgres/session.ts";
import type { Flight } from "../../run/guard.ts";
import { onlinePolicy, type RunPolicy } from "../../run/policy.ts";
import type { Stop } from "../../run/stop.ts";
import { type Binding, bindingOf } from "../binding.ts";
import type { Gate } from "./gate.ts";
import { type GateReport, judgeGates, type Overrides } from "./judge-gates.ts";
import { worstHazard } from "./worst-hazard.ts";

/** What gates are asked with. */
export interface GateOptions {
  /** The database, under the role that runs. */
  readonly url: string;
  readonly config: Pick<ResolvedConfig, "checks" | "schemas" | "ignore" | "lint">;
  /** The files at hand. */
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  /** Where the command was called. */
  readonly cwd: string;
  readonly overrides?: Overrides;
  /** ms since 1970; the clock of this machine when absent. */
  readonly now?: () => number;
}

/** How the gates stand for what would run. */
export interface FlightReport {
  readonly direction: Direction;
  readonly migrations: readonly string[];
  /** Migrations whose runs were let start before, and go on without being asked. */
  readonly begun: readonly string[];
  /** By which rehearsals and approvals know what they are for. */
  readonly digest: string;
  readonly gates: readonly GateReport[];
}

/** Asks every gate on a connection of its own, so that the run's is what it was. Changes nothing. */
export async function gateFlight(flight: Flight, gates: readonly Gate[], options: GateOptions): Promise<FlightReport> {
  const { url, config, migrations, policy, stop, cwd, overrides, now = Date.now } = options;
  const catalog = once(flight.catalog);
  const binding = once(async (): Promise<Binding> => bindingOf(flight.plans, await catalog()));
  const worst = once(async () => worstHazard(flight.plans, await catalog(), migrations, lintPolicy(config, policy)));
  await using session = await connect(url, { applicationName: "lockkeeper gates" });
  const sight = { flight, session, policy, config, cwd, now: now(), catalog, binding, signal: stop.soon };
  const reports = await judgeGates(gates, sight, worst, overrides);
  return {
    direction: flight.direction,
    migrations: flight.plans.map(({ migration }) => migration),
    begun: flight.begun,
    digest: (await binding()).digest,
    gates: reports,
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= read();
    return found;
  };
}

const lintPolicy = ({ lint }: GateOptions["config"], policy: RunPolicy): LintPolicy => ({
  ...DEFAULT_LINT_POLICY,
  severities: (lint.rules ?? {}) as Readonly<Record<string, Severity | "off">>,
  online: onlinePolicy(policy),
  ...(lint.smallRows === undefined ? {} : { smallRows: lint.smallRows }),
  ...(lint.smallBytes === undefined ? {} : { smallBytes: lint.smallBytes }),
});

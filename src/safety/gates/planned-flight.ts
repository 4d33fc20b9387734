import type { Migration } from "../../migrations/migration.ts";
import type { Direction } from "../../plan/plan.ts";
import { contract } from "../../run/contract.ts";
import { down } from "../../run/down.ts";
import type { Flight } from "../../run/guard.ts";
import type { RunPolicy } from "../../run/policy.ts";
import type { Stop } from "../../run/stop.ts";
import { up } from "../../run/up.ts";

/** What somebody thinks of running. */
export interface FlightOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  readonly direction: Direction;
  /** Of `up` and `down`. */
  readonly to?: string;
  /** Of `down`. */
  readonly steps?: number;
  /** Of `contract`. */
  readonly ids?: readonly string[];
  /** Of `up`. */
  readonly allowOutOfOrder?: boolean;
}

interface PlannedFlight<T> {
  /** Migrations whose runs were let start before: they go on, and nobody is asked again. */
  readonly begun: readonly string[];
  readonly answer?: T;
}

/**
 * Asks about what would start, as the command itself would ask its gates, and leaves it there: nothing is changed.
 *
 * @returns `answer` is absent where nothing would start
 * @throws LockkeeperError what the command throws before it begins
 */
export async function plannedFlight<T>(
  { direction, to, steps, ids, allowOutOfOrder, ...options }: FlightOptions,
  ask: (flight: Flight) => Promise<T>,
): Promise<PlannedFlight<T>> {
  let planned: PlannedFlight<T> = { begun: [] };
  const guard = {
    clear: async (flight: Flight): Promise<never> => {
      const { begun, plans } = flight;
      planned = plans.length === 0 ? { begun } : { begun, answer: await ask(flight) };
      throw new Asked("asked");
    },
  };
  const common = { ...options, guard, emit: () => {}, ...(to === undefined ? {} : { to }) };
  try {
    if (direction === "up") await up({ ...common, ...(allowOutOfOrder === undefined ? {} : { allowOutOfOrder }) });
    if (direction === "contract") await contract({ ...common, ...(ids === undefined ? {} : { ids }) });
    if (direction === "down") await down({ ...common, ...(steps === undefined ? {} : { steps }) });
  } catch (error) {
    if (!(error instanceof Asked)) throw error;
  }
  return planned;
}

/** Leaves the command where everything is known and nothing is changed yet. */
class Asked extends Error {}

import type { Expectation, SecondsRange } from "./estimate.ts";
import type { RateCard } from "./rate-card.ts";

/** What a plan costs by a rate card, in its currency. */
export interface Money {
  readonly card: string;
  readonly currency: string;
  readonly example: boolean;
  readonly asOf?: string;
  readonly once: {
    readonly reads: number;
    readonly writes: number;
    readonly replicaTraffic: number;
    readonly archiveTraffic: number;
    /** Of the server while the plan runs, by the range of the time. */
    readonly compute: SecondsRange;
    readonly total: SecondsRange;
  };
  /** Each month from then on: what the database is larger by, on the primary and on each replica. */
  readonly storagePerMonth: number;
}

/**
 * What was expected, times the rates. A replica stores what the primary stores, and every byte of the log goes to it.
 *
 * @param replicas how many have a copy of the database
 */
export function moneyOf(expected: Expectation, card: RateCard, replicas: number): Money {
  const { bytesOfGb, bytesOfIo } = card;
  const reads = (expected.readBytes / bytesOfIo / 1e6) * card.perMillionReads;
  const writes = (expected.writtenBytes / bytesOfIo / 1e6) * card.perMillionWrites;
  const replicaTraffic = (expected.replicaBytes / bytesOfGb) * card.replicaTrafficPerGb;
  const archiveTraffic = (expected.archiveBytes / bytesOfGb) * card.archiveTrafficPerGb;
  const compute = scaled(expected.seconds, card.computePerHour / 3_600);
  const fixed = reads + writes + replicaTraffic + archiveTraffic;
  return {
    card: card.name,
    currency: card.currency,
    example: card.example,
    ...(card.asOf === undefined ? {} : { asOf: card.asOf }),
    once: {
      reads,
      writes,
      replicaTraffic,
      archiveTraffic,
      compute,
      total: { low: fixed + compute.low, likely: fixed + compute.likely, high: fixed + compute.high },
    },
    storagePerMonth: (expected.diskGrowthBytes / bytesOfGb) * card.storagePerGbMonth * (1 + replicas),
  };
}

const scaled = ({ low, likely, high }: SecondsRange, by: number): SecondsRange => ({
  low: low * by,
  likely: likely * by,
  high: high * by,
});

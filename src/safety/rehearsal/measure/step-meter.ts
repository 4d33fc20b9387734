import { connect, type Session } from "../../../postgres/session.ts";
import type { AttemptOutcome } from "../../../run/attempt-outcome.ts";
import type { LockkeeperEvent, ObservedLock } from "../../../run/events.ts";
import type { StepWatch, WatchedStep } from "../../../run/step-watch.ts";
import { lockModeOf } from "../../../trace/observe/observation.ts";
import { type Snapshot, snapshot } from "../../../trace/observe/snapshot.ts";
import type { Amounts } from "../../estimate/measured-step.ts";
import type { SeenRelation } from "../rehearsal-report.ts";
import { samplePeak } from "./sample-peak.ts";
import { seenRelations } from "./seen-relations.ts";

/** A step as it ran in the copy. */
export interface MeteredStep extends WatchedStep {
  readonly measured: Amounts;
  readonly rows: number | null;
  readonly outcome: AttemptOutcome;
  readonly relations: readonly SeenRelation[];
}

interface Gauge {
  readonly wal: number;
  readonly bytes: number;
  readonly temp: number;
}

const GAUGE = `SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS wal, pg_database_size(current_database())::float8 AS bytes,
  (SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database())::float8 AS temp`;

const LOCKS = `SELECT coalesce(locks, facts -> 'locks', '[]') AS locks FROM lockkeeper.step WHERE run_id = $1 AND ordinal = $2`;

/** Measures steps of runs, and looks at what they lock and write. */
export class StepMeter implements AsyncDisposable {
  readonly #watcher: Session;
  readonly #sampler: Session;
  readonly #steps: MeteredStep[] = [];
  #notices: string[] = [];
  #swept: number | null = null;
  /** The step at work, or the one that failed. */
  #current: WatchedStep | undefined;

  private constructor(watcher: Session, sampler: Session) {
    this.#watcher = watcher;
    this.#sampler = sampler;
  }

  /** @param url of the copy */
  static async open(url: string): Promise<StepMeter> {
    const watcher = await connect(url, { applicationName: METER });
    try {
      return new StepMeter(watcher, await connect(url, { applicationName: METER }));
    } catch (error) {
      await watcher.end();
      throw error;
    }
  }

  get current(): WatchedStep | undefined {
    return this.#current;
  }

  /** The steps since it was last asked. */
  take(): readonly MeteredStep[] {
    this.#current = undefined;
    return this.#steps.splice(0);
  }

  /** Hears what a run says; what the server says of its own work is for nobody else. */
  hear(event: LockkeeperEvent): "heard" | "not ours" {
    if (event.type === "sweep.progress") this.#swept = event.rows;
    if (event.type !== "server.notice" || !event.severity.startsWith("DEBUG")) return "not ours";
    this.#notices.push(event.message);
    return "heard";
  }

  readonly watch: StepWatch = async (step, run) => {
    this.#current = step;
    const before = await snapshotOf(this.#watcher);
    this.#notices = [];
    this.#swept = null;
    const from = await this.#gauge();
    const peak = samplePeak(this.#sampler);
    const begun = performance.now();
    let outcome: AttemptOutcome;
    let ms: number;
    try {
      outcome = await run();
      ms = performance.now() - begun;
    } finally {
      await peak.end();
    }
    const largest = await peak.end();
    const to = await this.#gauge();
    const after = await snapshotOf(this.#watcher);
    const [journal] = await this.#watcher.query<{ locks: readonly ObservedLock[] }>(LOCKS, [step.run, step.ordinal]);
    const locks = (journal?.locks ?? []).map(({ relation, mode }) => ({ relation, mode: lockModeOf(mode) }));
    this.#steps.push({
      ...step,
      measured: {
        seconds: Math.max(0, ms - outcome.lockWaitMs) / 1_000,
        walBytes: to.wal - from.wal,
        tempBytes: Math.max(0, to.temp - from.temp),
        diskGrowthBytes: to.bytes - from.bytes,
        diskPeakBytes: Math.max(0, Math.max(largest, to.bytes) - from.bytes),
      },
      rows: this.#swept,
      outcome,
      relations: seenRelations(step.step, { before, after, locks, notices: this.#notices }),
    });
    return outcome;
  };

  async #gauge(): Promise<Gauge> {
    const [gauge] = await this.#watcher.query<Gauge>(GAUGE);
    return gauge ?? { wal: 0, bytes: 0, temp: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#watcher.end(), this.#sampler.end()]);
  }
}

const METER = "lockkeeper rehearsal";

/** Counts of scans are told by the sessions when they have time for it: they belong to no step. */
async function snapshotOf(session: Session): Promise<Snapshot> {
  const seen = await snapshot(session, "all");
  return new Map([...seen].map(([oid, one]) => [oid, { ...one, scans: 0 }]));
}

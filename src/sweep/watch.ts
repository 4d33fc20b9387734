import { askReadOnly } from "../postgres/ask-read-only.ts";
import { pause } from "../postgres/pause.ts";
import type { Session } from "../postgres/session.ts";
import { type Look, lookSql, readSight, type Sight } from "./look.ts";
import { Slowdown, type Slowed } from "./slowdown.ts";
import type { SweepConnection, SweepHost } from "./sweep-host.ts";
import { blindSpots, type Hold, holdsIn } from "./throttles.ts";

/** The user's query must not become a load of its own. */
const QUERY_LIMIT_MS = 2_000;
const QUIET: Look = {
  replicas: [],
  archiveBacklog: null,
  archiveFails: false,
  vacuums: [],
  active: 0,
  waiting: 0,
};

type Record = (session: Session, holds: readonly Hold[], heldMs: number) => Promise<void>;

/** Looks at the load of the server while a sweep is at work, and holds it. */
export class Watch {
  readonly #host: SweepHost;
  readonly #tables: readonly number[];
  readonly #record: Record;
  #recorded = "";
  readonly #connection: SweepConnection;
  readonly #ended = new AbortController();
  readonly #done: Promise<void>;
  #sight: Sight | undefined;
  #holds: readonly Hold[] = [];
  #released = Promise.withResolvers<void>();
  #looked = Promise.withResolvers<void>();
  #heldAt: number | undefined;
  #heldMs = 0;
  #vacuums = new Map<number, number>();
  readonly #slowdown = new Slowdown();
  #restsAt: number | undefined;
  readonly #told = new Set<string>();

  /**
   * @param tables their numbers in the catalog
   * @param record writes down for others what holds the sweep, and how long it has been held by this call, ms
   */
  constructor(host: SweepHost, tables: readonly number[], record: Record) {
    this.#host = host;
    this.#record = record;
    this.#tables = tables;
    this.#connection = host.open();
    this.#done = this.#run();
  }

  /** Rest behind each batch that others need, as a multiple of the time that it took. */
  get nice(): number {
    return this.#slowdown.nice;
  }

  /** Whether batches are to tell at once what they did, so that it can be told from what others did. */
  get asksAtOnce(): boolean {
    return this.#sight?.tellsAtOnce === true && this.#host.policy().slowdown !== undefined;
  }

  /** A batch took so long, ms. */
  did(ms: number): void {
    this.#slowdown.did(ms);
  }

  /** How long the sweep was held so far, ms. */
  get heldMs(): number {
    return this.#heldMs + (this.#heldAt === undefined ? 0 : performance.now() - this.#heldAt);
  }

  /** Returns when nothing holds the sweep (any more), or it should stop. */
  async pass(): Promise<void> {
    await this.#looked.promise;
    while (
      (this.#holds.length > 0 || this.#slowdown.rests) &&
      !this.#host.soon.aborted &&
      !this.#ended.signal.aborted
    ) {
      await this.#released.promise;
    }
  }

  /** Waits until the watch has ended. */
  async end(): Promise<void> {
    this.#ended.abort();
    this.#release();
    await this.#done;
  }

  async #run(): Promise<void> {
    const signal = AbortSignal.any([this.#ended.signal, this.#host.soon]);
    while (!signal.aborted) {
      try {
        const session = await this.#connection.session();
        this.#judge(await this.#look(session));
        this.#noteRest();
        if (names(this.#holds) !== this.#recorded) {
          this.#recorded = names(this.#holds);
          await this.#record(session, this.#holds, Math.round(this.heldMs));
        }
      } catch (error) {
        // What cannot be seen holds nobody: the batches find out for themselves whether the server is there.
        this.#notice(`The load of the server cannot be looked at: ${error instanceof Error ? error.message : error}`);
        if (!signal.aborted) this.#connection.destroy();
        this.#slowdown.saw(undefined, this.#host.policy().slowdown);
        this.#judge([]);
      }
      this.#looked.resolve();
      await pause(this.#host.policy().lookMs, signal);
    }
    this.#looked.resolve();
    this.#release();
    await this.#connection.end();
  }

  async #look(session: Session): Promise<readonly Hold[]> {
    this.#sight ??= await readSight(session);
    const policy = this.#host.policy();
    const ours = this.#host.settings["application_name"] ?? "lockkeeper";
    const [look = QUIET] = await session.query<Look>(lookSql(this.#sight, ours, this.#tables));
    for (const message of blindSpots(this.#sight, look, policy)) this.#notice(message);
    this.#compare(look, policy.slowdown);
    const now = Date.now();
    this.#vacuums = new Map(look.vacuums.map((pid) => [pid, this.#vacuums.get(pid) ?? now]));
    const vacuumMs = now - Math.min(now, ...this.#vacuums.values());
    const answer = policy.holdQuery === undefined ? undefined : await this.#ask(session, policy.holdQuery);
    return holdsIn({ look, policy, now, vacuumMs, answer });
  }

  #compare({ activeMs, transactions }: Look, limit: number | undefined): void {
    const isCounted = typeof activeMs === "number" && typeof transactions === "number";
    // While something else holds the sweep, it is no rest of ours that ends.
    const served =
      isCounted && this.#holds.length === 0 ? { at: performance.now(), activeMs, transactions } : undefined;
    const slowed = this.#slowdown.saw(served, limit);
    if (slowed !== undefined) this.#notice(slowedInWords(slowed, limit ?? 0), "slowdown");
  }

  /** Nobody holds the sweep then; it is only for a few seconds. */
  #noteRest(): void {
    if (this.#slowdown.rests) {
      this.#restsAt ??= performance.now();
    } else if (this.#restsAt !== undefined) {
      this.#heldMs += performance.now() - this.#restsAt;
      this.#restsAt = undefined;
      this.#released.resolve();
      this.#released = Promise.withResolvers();
    }
  }

  /** A query that fails holds the sweep: it was given so that somebody may rely on it. */
  async #ask(session: Session, sql: string): Promise<unknown> {
    try {
      const [row] = await askReadOnly(session, { sql, timeoutMs: QUERY_LIMIT_MS });
      return Object.values(row ?? {})[0] ?? null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #judge(holds: readonly Hold[]): void {
    const before = names(this.#holds);
    this.#holds = holds;
    if (holds.length > 0 && names(holds) !== before) {
      this.#heldAt ??= performance.now();
      this.#host.emit({ type: "sweep.held", holds });
    }
    if (holds.length === 0) this.#release();
  }

  #release(): void {
    this.#holds = [];
    if (this.#heldAt !== undefined) {
      const heldMs = performance.now() - this.#heldAt;
      this.#heldMs += heldMs;
      this.#heldAt = undefined;
      this.#host.emit({ type: "sweep.released", heldMs: Math.round(heldMs) });
    }
    this.#released.resolve();
    this.#released = Promise.withResolvers();
  }

  /** @param about what it is told once about */
  #notice(message: string, about = message): void {
    if (this.#told.has(about)) return;
    this.#told.add(about);
    this.#host.emit({ type: "sweep.notice", message });
  }
}

const slowedInWords = ({ usual, now }: Slowed, limit: number): string =>
  `Transactions of others take ${now.toPrecision(2)} ms while the sweep is at work, and ${usual.toPrecision(2)} ms without it: ` +
  `it rests behind its batches until that is no more than ${limit} times as long (sweep.slowdown).`;

const names = (holds: readonly Hold[]): string => holds.map(({ throttle }) => throttle).join(" ");

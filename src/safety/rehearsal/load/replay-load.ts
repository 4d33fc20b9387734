import { pause } from "../../../postgres/pause.ts";
import { databaseError, failureKind } from "../../../postgres/server-error.ts";
import { connect, type Session } from "../../../postgres/session.ts";
import type { Latencies, LoadError, LoadMoment, LoadReport, ScriptReport } from "./load-report.ts";
import { type LoadScript, statementsOfCall } from "./parse-load.ts";

export interface LoadOptions {
  readonly url: string;
  readonly scripts: readonly LoadScript[];
  /** Where the run is. */
  readonly moment: () => LoadMoment | null;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

interface Call {
  readonly atMs: number;
  readonly ms: number;
  readonly at: LoadMoment | null;
  readonly failed?: { readonly sqlState: string; readonly message: string };
}

/** So many calls of one script may be at work at the same time. */
const SESSIONS = 4;
/** How long calls at work may take to end. */
const GRACE_MS = 5_000;
const BARS = 60;

/** The load of an application, replayed from scripts at their rates. */
export class Load implements AsyncDisposable {
  readonly #options: LoadOptions;
  readonly #over = new AbortController();
  readonly #sessions: Session[] = [];
  readonly #calls: Call[][];
  readonly #loops: Promise<void>[] = [];
  readonly #begun = performance.now();
  #changesFrom = Number.POSITIVE_INFINITY;
  /** Each session calls once more when it is over. */
  #callsBehind = false;

  private constructor(options: LoadOptions) {
    this.#options = options;
    this.#calls = options.scripts.map(() => []);
  }

  /**
   * Begins, and returns when every script was called at least once and `quietMs` have gone by.
   *
   * @throws LockkeeperError of `connect`
   */
  static async start(options: LoadOptions, quietMs: number): Promise<Load> {
    const load = new Load(options);
    try {
      await load.#open();
    } catch (error) {
      await load[Symbol.asyncDispose]();
      throw error;
    }
    await pause(quietMs, options.signal);
    load.#changesFrom = performance.now();
    return load;
  }

  async #open(): Promise<void> {
    for (const [nth, script] of this.#options.scripts.entries()) {
      const sessions = Math.min(SESSIONS, Math.max(1, Math.ceil(script.rate / 5)));
      const firstCalls: Promise<void>[] = [];
      for (let one = 0; one < sessions; one++) {
        const session = await connect(this.#options.url, { applicationName: "lockkeeper load" });
        this.#sessions.push(session);
        const everyMs = (1_000 * sessions) / script.rate;
        const { promise, resolve } = Promise.withResolvers<void>();
        firstCalls.push(promise);
        this.#loops.push(this.#loop(session, script, { nth, everyMs, onFirst: resolve }).finally(resolve));
      }
      await Promise.all(firstCalls);
    }
  }

  async #loop(
    session: Session,
    script: LoadScript,
    { nth, everyMs, onFirst }: { readonly nth: number; readonly everyMs: number; readonly onFirst: () => void },
  ): Promise<void> {
    const over = AbortSignal.any([this.#over.signal, this.#options.signal]);
    for (let due = performance.now(); !over.aborted && !session.lost; ) {
      const call = await this.#call(session, script, due);
      if (call !== undefined) this.#calls[nth]?.push(call);
      onFirst();
      // Calls that fell due behind one that was held up are not made up for: it is what was held up.
      due = Math.max(due + everyMs, performance.now());
      await pause(Math.max(0, due - performance.now()), over);
    }
    if (!this.#callsBehind || session.lost) return;
    const call = await this.#call(session, script, performance.now());
    if (call !== undefined) this.#calls[nth]?.push(call);
  }

  async #call(session: Session, script: LoadScript, due: number): Promise<Call | undefined> {
    const statements = statementsOfCall(script);
    const at = this.#options.moment();
    const ended = (): Pick<Call, "atMs" | "ms" | "at"> => ({
      atMs: due - this.#begun,
      ms: performance.now() - due,
      at: this.#options.moment() ?? at,
    });
    try {
      const isOne = statements.length === 1;
      await session.query(isOne ? (statements[0] ?? "") : ["BEGIN", ...statements, "COMMIT"].join(";\n"));
      return ended();
    } catch (error) {
      // Cut off by us.
      if (this.#over.signal.aborted && failureKind(error) === "connection") return undefined;
      await session.rollback();
      const server = databaseError(error);
      const message = error instanceof Error ? error.message : String(error);
      return { ...ended(), failed: { sqlState: server?.code ?? "08000", message } };
    }
  }

  /**
   * Ends it and tells how it fared. Everything is called once more behind the change, which may have been quicker than the
   * load: what no longer works is told all the same.
   */
  async end(): Promise<LoadReport> {
    this.#callsBehind = true;
    await this[Symbol.asyncDispose]();
    return { scripts: this.#options.scripts.map((script, nth) => this.#reportOf(script, this.#calls[nth] ?? [])) };
  }

  #reportOf({ name, rate }: LoadScript, calls: readonly Call[]): ScriptReport {
    const changes = this.#changesFrom - this.#begun;
    // A call that was at work when the change began felt it.
    const [before, during] = [
      calls.filter(({ atMs, ms }) => atMs + ms < changes),
      calls.filter(({ atMs, ms }) => atMs + ms >= changes),
    ];
    const ownErrors = errorsOf(before);
    const isOwn = ({ sqlState, message }: LoadError): boolean =>
      ownErrors.some((one) => one.sqlState === sqlState && one.message === message);
    const longest = during.reduce<Call | undefined>((a, b) => (a === undefined || b.ms > a.ms ? b : a), undefined);
    return {
      name,
      rate,
      before: latenciesOf(before),
      during: latenciesOf(during),
      longestAt: longest?.at ?? null,
      errors: errorsOf(during).filter((one) => !isOwn(one)),
      ownErrors,
      timeline: timelineOf(calls),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    const cut = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, GRACE_MS);
    await Promise.all(this.#loops);
    clearTimeout(cut);
    await Promise.all(this.#sessions.map((session) => session.end()));
  }
}

export function latenciesOf(calls: readonly Pick<Call, "ms">[]): Latencies {
  const sorted = calls.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { calls: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), longestMs: at(1) };
}

function errorsOf(calls: readonly Call[]): readonly LoadError[] {
  const errors = new Map<string, LoadError>();
  for (const { failed, at } of calls) {
    if (failed === undefined) continue;
    const key = `${failed.sqlState} ${failed.message}`;
    const known = errors.get(key);
    errors.set(key, { ...failed, count: (known?.count ?? 0) + 1, at: known === undefined ? at : known.at });
  }
  return [...errors.values()];
}

function timelineOf(calls: readonly Call[]): ScriptReport["timeline"] {
  const end = Math.max(1, ...calls.map(({ atMs, ms }) => atMs + ms));
  const bars = new Map<number, number>();
  for (const { atMs, ms } of calls) {
    const bar = Math.min(BARS - 1, Math.floor((atMs / end) * BARS));
    bars.set(bar, Math.max(bars.get(bar) ?? 0, ms));
  }
  return [...bars]
    .toSorted(([a], [b]) => a - b)
    .map(([bar, ms]) => ({
      atMs: round((bar * end) / BARS),
      longestMs: round(ms),
    }));
}

const round = (ms: number): number => Math.round(ms * 10) / 10;

import { setTimeout } from "node:timers/promises";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { pause } from "../postgres/pause.ts";
import { failureKind } from "../postgres/server-error.ts";
import { type ConnectOptions, connect, type Session } from "../postgres/session.ts";
import type { EmitEvent } from "./events.ts";
import type { RunPolicy } from "./policy.ts";
import type { Stop } from "./stop.ts";

/** How patiently a connection that was lost is opened again. */
interface Patience {
  readonly deadlineMs: number;
  readonly stop: Stop;
  /** True: the server was there a moment ago, so the first opening is as patient as later ones. */
  readonly fromTheStart?: boolean;
}

const RETRY_PAUSE_MS = 250;

/** One connection that is opened when first needed and again after it was lost. */
export class Connection implements AsyncDisposable {
  readonly #url: string;
  readonly #options: ConnectOptions;
  #applicationName: string | undefined;
  #session: Promise<Session> | undefined;
  #current: Session | undefined;
  #patience: Patience | undefined;
  #ended = false;

  constructor(url: string, options: ConnectOptions = {}, patience?: Patience) {
    this.#url = url;
    this.#options = options;
    this.#patience = patience;
  }

  /** Name under which later sessions appear in pg_stat_activity (see `Session.rename`); an open one keeps its own. */
  set applicationName(name: string) {
    this.#applicationName = name;
  }

  /** @throws LockkeeperError of `connect` */
  async session(): Promise<Session> {
    // A watcher's late question must not open a connection that nobody will close.
    if (this.#ended) {
      throw new Error("Client was closed.");
    }
    if (this.#current?.lost === true) {
      this.#session = undefined;
    }
    const isNew = this.#current === undefined && this.#patience?.fromTheStart !== true;
    this.#session ??= isNew ? this.#open() : this.#openAgain();
    try {
      this.#current = await this.#session;
      return this.#current;
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
  }

  /** Cuts the connection; the next `session()` opens a new one. */
  destroy(): void {
    this.#current?.destroy();
  }

  async end(): Promise<void> {
    this.#ended = true;
    const session = await this.#session?.catch(() => undefined);
    // A goodbye to a server that does not answer must not keep us.
    await Promise.race([session?.end(), setTimeout(1_000, undefined, { ref: false })]);
    this.#session = undefined;
    this.#current = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  async #open(): Promise<Session> {
    const session = await connect(this.#url, this.#options);
    if (this.#applicationName !== undefined) {
      await session.rename(this.#applicationName);
    }
    return session;
  }

  /** The server was there and may be restarting. Patience is had once: who gave up does not wait at every goodbye. */
  async #openAgain(): Promise<Session> {
    const begun = performance.now();
    for (;;) {
      try {
        return await this.#open();
      } catch (error) {
        const { deadlineMs = 0, stop } = this.#patience ?? {};
        const isAway = error instanceof LockkeeperError && error.code === "database_unavailable";
        if (!isAway || stop?.requested !== false || performance.now() - begun > deadlineMs) {
          this.#patience = undefined;
          throw error;
        }
        await pause(RETRY_PAUSE_MS, stop.soon);
      }
    }
  }
}

export interface WorkConnectionOptions {
  readonly url: string;
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
}

/** The connection on which a command works: what the server remarks becomes an event, and a restart is waited for. */
export function workConnection(
  { url, policy, emit, stop }: WorkConnectionOptions,
  more: Pick<Patience, "fromTheStart"> = {},
): Connection {
  return new Connection(
    url,
    { onNotice: (notice) => emit({ type: "server.notice", ...notice }) },
    { deadlineMs: policy.reconnectDeadlineMs, stop, ...more },
  );
}

/** A server that ends its sessions again and again is no server to go on with. */
const MAX_LOSSES = 5;

/** True for a connection that was lost at work, and not for one that could not be opened. */
export function isLoss(error: unknown): boolean {
  return !(error instanceof LockkeeperError) && failureKind(error) === "connection";
}

/** Does work that may be repeated again when its connection was lost in the middle. */
export async function againWhenLost<T>(stop: Stop, work: () => Promise<T>): Promise<T> {
  for (let losses = 1; ; losses++) {
    try {
      return await work();
    } catch (error) {
      if (!isLoss(error) || losses > MAX_LOSSES || stop.requested) {
        throw error;
      }
      await pause(RETRY_PAUSE_MS, stop.soon);
    }
  }
}

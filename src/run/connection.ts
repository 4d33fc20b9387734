import { setTimeout } from "node:timers/promises";
import { type ConnectOptions, connect, type Session } from "../postgres/session.ts";

/** One connection that is opened when first needed and again after it was lost. */
export class Connection implements AsyncDisposable {
  readonly #url: string;
  readonly #options: ConnectOptions;
  #applicationName: string;
  #session: Promise<Session> | undefined;
  #current: Session | undefined;
  #ended = false;

  constructor(url: string, options: ConnectOptions = {}) {
    this.#url = url;
    this.#options = options;
    this.#applicationName = options.applicationName ?? "lockkeeper";
  }

  /** Name under which later sessions appear in pg_stat_activity; open ones keep theirs. */
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
    this.#session ??= connect(this.#url, { ...this.#options, applicationName: this.#applicationName });
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
}

import type { Duration } from "./duration.ts";
import type { Layout } from "./layouts.ts";

/** What `lockkeeper.config.ts` exports. Every value can also come from the environment; see `docs/configuration.md`. */
export interface Config {
  /** `postgres://user:password@host:5432/database`. */
  readonly database?: string;
  /** A connection that no pooler stands in the way of; commands that change the database prefer it. */
  readonly directDatabase?: string;
  /** Folder of the migrations, relative to the configuration file. Default `migrations`. */
  readonly migrations?: string;
  /** Whose files the folder holds, where another tool wrote the older ones. Default `auto`: found out from the files. */
  readonly layout?: Layout;
  /** Role that owns what the migrations create; the login role when absent. */
  readonly role?: string;
  readonly lock?: {
    /** Longest that others may queue behind a lock we wait for. Default 500 ms. */
    readonly timeout?: Duration;
    /** How long a step is tried again before the run ends with `lock_timeout`. Default 10 minutes. */
    readonly deadline?: Duration;
    /** First pause between two attempts. Default 250 ms. */
    readonly backoffMin?: Duration;
    /** Longest pause between two attempts. Default 10 s. */
    readonly backoffMax?: Duration;
  };
  readonly lease?: {
    /** A runner that does not renew its lease for this long may be replaced. Default 15 s. */
    readonly ttl?: Duration;
    /** How long to wait for another runner before `lease_held`. Default 5 minutes. */
    readonly wait?: Duration;
  };
  /** How long a lost connection is opened again before the run is left resumable. Default 1 minute. */
  readonly reconnect?: Duration;
  /** How often the server looks whether we still live while it works for us. Default 500 ms. */
  readonly clientCheck?: Duration;
}

/** Types the default export of `lockkeeper.config.ts`. */
export function defineConfig(config: Config): Config {
  return config;
}

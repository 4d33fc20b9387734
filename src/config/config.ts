import type { Age, Duration } from "./duration.ts";
import type { MaskText, TypeText } from "./fields.ts";
import type { GateConfig } from "./gate-config.ts";
import type { Layout } from "./layouts.ts";
import type { Bytes } from "./sizes.ts";

/** What `lockkeeper.config.ts` exports. Every value can also come from the environment; see `docs/configuration.md`. */
export interface Config {
  /** `postgres://user:password@host:5432/database`. */
  readonly database?: string;
  /** A connection that no pooler stands in the way of; commands that change the database prefer it. */
  readonly directDatabase?: string;
  /** Server for scratch databases: the URL of any of its databases, under a role that may create databases. */
  readonly scratch?: string;
  /** An empty database that is to be the scratch database itself, and is left empty behind; goes before `scratch`. For roles that may not create databases. */
  readonly scratchDatabase?: string;
  /** Folder of the migrations, relative to the configuration file. Default `migrations`. */
  readonly migrations?: string;
  /** Folder of the project's own checks, relative to the configuration file: SQL files for `lockkeeper verify`. Default `checks`, where there is one. */
  readonly checks?: string;
  /** The schema as it is to be: files, folders and patterns of SQL relative to the configuration file, one `cmd:` with a command that prints SQL, the URL of a database, or a stored catalog. What `lockkeeper diff` leads to. */
  readonly schema?: string | readonly string[];
  /** The schemas of the database that are the project's; `*` and `?` are wildcards. Default: all but the system's and those of extensions. */
  readonly schemas?: readonly string[];
  /** Schemas, and objects of schemas, that are compared with nothing and whose changes are no drift: `audit`, `public.tmp_*`. Default: none. */
  readonly ignore?: readonly string[];
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
  /** Longest that work on rows may be expected to last under a lock that stops readers or writers, to be run as written. Default 50 ms; 0 lets none pass. */
  readonly brief?: Duration;
  /** How many parallel workers of the server help a build of an index beside traffic (`max_parallel_maintenance_workers`). Each takes a core from others. Default 0. */
  readonly buildWorkers?: number;
  /** What becomes of tables and columns with rows that are dropped: `quarantine` keeps them out of sight until `lockkeeper contract`, `direct` runs the statement as written. Default `quarantine`. */
  readonly drops?: "quarantine" | "direct";
  /** What becomes of the old name of a table with rows: `bridge` keeps it working until `lockkeeper contract`, `direct` runs the statement as written. Default `bridge`. */
  readonly renames?: "bridge" | "direct";
  readonly contract?: {
    /** What migrations left standing for others goes: `manual`, by `lockkeeper contract`; `auto`, at the end of `up` as soon as it may. Default `manual`. */
    readonly when?: "manual" | "auto";
    /** How long a migration must have been in force before. Default: not at all; 7 days for `auto`. */
    readonly after?: Age;
    /** Regular expression for `application_name`: while a session of that name is connected, nothing goes. Default: none. */
    readonly applications?: string;
    /** Query that gives a row for everything that still uses the shape from before; `$1` is the migration's id. Default: none. */
    readonly stillUsed?: string;
    /** How long no statement may have called what goes by its old name, where `pg_stat_statements` counts them; 0: nobody asks. Default 1 hour. */
    readonly unused?: Age;
  };
  readonly backup?: {
    /** Folder of the backups, relative to the configuration file. Default `backups`. */
    readonly folder?: string;
    /** Who makes them: `pg_dump`, this database at one snapshot; `pg_basebackup`, the files of the whole server; `pgbackrest`, with a stanza; `command`, a command of your own. Default: `command` or `pgbackrest` where one is given, else `pg_dump`. */
    readonly provider?: "pg_dump" | "pg_basebackup" | "pgbackrest" | "command";
    /** How many tables are copied, restored or compared at the same time. Default 4. */
    readonly jobs?: number;
    /** Folder of PostgreSQL's client programs, relative to the configuration file. Default: those for the server's version that are found on the machine. */
    readonly programs?: string;
    /** Shell command that takes a backup, such as a snapshot of a volume; the last line that it prints is what the backup is called. Default: none. */
    readonly command?: string;
    /** Shell command that restores such a backup, and fails when it does not hold; when the last line that it prints is the URL of the restored database, that is compared too. Default: none. */
    readonly verifyCommand?: string;
    /** Stanza of pgBackRest. Default: none. */
    readonly stanza?: string;
    /** How many of the newest `lockkeeper backup prune` keeps. Default: all. */
    readonly keep?: number;
    /** How long it keeps them. Default: for ever. */
    readonly keepFor?: Age;
  };
  /** What must hold before a run may start, such as `{ gate: "backup", within: "24h" }`; see [gates](gates.md). Default: nothing. */
  readonly gates?: readonly GateConfig[];
  readonly drift?: {
    /** Whether the schema is recorded after each run; without it nothing tells what was changed since. Default `on`. */
    readonly record?: "on" | "off";
  };
  readonly postFlight?: {
    /** Whether what was changed is looked at behind each run: checks, and ANALYZE. Default `on`. */
    readonly run?: "on" | "off";
    /** Checks that are run then, over the relations that the run touched; those of the project's own with `phase: post` are run as well. Default: a dozen that read catalogs and single rows. */
    readonly checks?: readonly string[];
    /** Whether ANALYZE looks at tables whose rows, columns, or indexes on expressions a run changed. Default `on`. */
    readonly analyze?: "on" | "off";
    /** Whether the tables that a run touched, and their indexes, are read into the buffers. Default `off`. */
    readonly warm?: "on" | "off";
    /** Mildest finding for which a command whose run is done ends with an exit code other than 0: 2 for a critical one, 1 for others. Default `critical`. */
    readonly failOn?: "critical" | "error" | "warning" | "never";
  };
  readonly sweep?: {
    /** How many batches of a sweep are at work at the same time, each on a connection of its own. Default 1. */
    readonly workers?: number;
    /** How long a batch of a sweep should take, and others wait for its rows at most. Default 80 ms. */
    readonly batch?: Duration;
    /** Longest that a batch waits for rows that others have locked, before it is tried again. Default 50 ms. */
    readonly lockTimeout?: Duration;
    /** Rest behind each batch, as a multiple of the time that it took: 1 leaves half of the time to others. Default 0. */
    readonly nice?: number;
    /** How many times as long transactions of others may take while a sweep is at work: it rests behind its batches until that holds. Default 1.5. */
    readonly slowdown?: number | "off";
    /** Batches are done only at these times of day: `22:00-06:00`, or `22:00-06:00 Europe/Berlin`. Default: at all times. */
    readonly window?: string;
    /** A replica that is farther behind holds the sweep. Default 10 s. */
    readonly replicaLag?: Duration | "off";
    /** A replica that has more WAL to replay holds the sweep. Default 256 MB. */
    readonly replicaLagBytes?: Bytes | "off";
    /** `application_name` of replicas that may be as far behind as they like. Default: none. */
    readonly ignoredReplicas?: readonly string[];
    /** All WAL of the server, in a second: the sweep rests so that it stays below. Default: not looked at. */
    readonly walPerSecond?: Bytes;
    /** More WAL than this that waits to be archived holds the sweep. Default 1 GB. */
    readonly archiveBacklog?: Bytes | "off";
    /** How long a vacuum of the table is waited for before both work. Default 1 minute. */
    readonly vacuumWait?: Duration;
    /** More sessions of others than this that work at the same time hold the sweep. Default: not looked at. */
    readonly activeSessions?: number;
    /** More sessions of others than this that wait for locks of the sweep hold it. Default 8. */
    readonly waitingSessions?: number | "off";
    /** Query that holds the sweep while its first value is true, a number other than 0, or a text, which is shown. Default: none. */
    readonly holdQuery?: string;
    /** How many rows may fail and be set aside before a sweep ends with `sweep_rows_failed`. Default 0. */
    readonly setAside?: number;
  };
  readonly rehearsal?: {
    /** What becomes of columns in the copy, before anything else: `{ "users.email": "hash", "users.phone": "null", "users.name": { fixed: "somebody" }, "users.iban": { sql: "left(iban, 4) || '…'" } }`. Default: nothing. */
    readonly mask?: Readonly<Record<string, MaskText>>;
    /** Percent of a table's rows that stay in the copy; rows that refer to others which do not stay go too: `{ "events": 10 }`. Default: all. */
    readonly sample?: Readonly<Record<string, number>>;
  };
  readonly types?: {
    /** File that `lockkeeper types` writes, relative to the configuration file. Default: standard output. */
    readonly out?: string;
    /** Write the `Database` interface of Kysely too. Default false. */
    readonly kysely?: boolean;
    /** What tables and columns are called in types: `database`, as they are; `camelCase`, as with Kysely's CamelCasePlugin. Default `database`. */
    readonly names?: "database" | "camelCase";
    /** Other types than those that node-postgres gives, by types of PostgreSQL: `{ bigint: "bigint", "public.mood[]": "Mood[]" }`. */
    readonly overrides?: Readonly<Record<string, TypeText>>;
    /** Types of single columns: `{ "orders.details": "import('./details.ts').Details" }`. */
    readonly columns?: Readonly<Record<string, TypeText>>;
  };
  readonly lint?: {
    /** Other severities than the rules' own, or `off`: `{ "prefer-text": "off" }`; in the environment `prefer-text=off,…`. */
    readonly rules?: Readonly<Record<string, "error" | "warning" | "info" | "off">>;
    /** Work on a table of at most this many rows is no hazard, when `smallBytes` holds too. Default 10000. */
    readonly smallRows?: number;
    /** Work on a table of at most this many bytes is no hazard, when `smallRows` holds too. Default 10 MB. */
    readonly smallBytes?: number;
    /** Regular expression for names; `naming-convention` must be switched on. Default `^[a-z_][a-z0-9_]*$`. */
    readonly identifiers?: string;
    /** PostgreSQL version that is judged for where no database says it, such as `16` or `14.2`. Default 18. */
    readonly serverVersion?: string;
  };
}

/** Types the default export of `lockkeeper.config.ts`. */
export function defineConfig(config: Config): Config {
  return config;
}

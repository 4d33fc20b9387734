import { dirname, isAbsolute, join, relative } from "node:path";
import { checkEnvironment } from "./check-environment.ts";
import { findConfigFile, readConfigFile } from "./config-file.ts";
import { CONFIG_FILE_VARIABLE, type FieldKey, type MaskText, type TimeWindow, type TypeText } from "./fields.ts";
import { flattenConfig } from "./flatten-config.ts";
import type { Layout } from "./layouts.ts";
import { nonEmpty, type Override, resolveSettings, type Settings } from "./settings.ts";

export interface LoadConfigOptions {
  readonly cwd: string;
  /** A configuration file instead of the one in `cwd`. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly overrides?: Readonly<Partial<Record<FieldKey, Override>>>;
}

/** How the runner is to behave, in its own words; durations are ms, absent where nobody said anything. */
export interface PolicySettings {
  readonly lockTimeoutMs?: number;
  readonly lockDeadlineMs?: number;
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
  readonly leaseTtlMs?: number;
  readonly leaseWaitMs?: number;
  readonly reconnectDeadlineMs?: number;
  readonly clientCheckMs?: number;
  readonly briefMs?: number;
  readonly buildWorkers?: number;
  readonly drops?: "quarantine" | "direct";
  readonly renames?: "bridge" | "direct";
  readonly role?: string;
  readonly sweep?: SweepSettings;
  readonly contract?: ContractSettings;
  readonly drift?: {
    readonly record?: "on" | "off";
    readonly schemas?: readonly string[];
    readonly ignore?: readonly string[];
  };
}

/** When what migrations left standing may go. */
interface ContractSettings {
  readonly when?: "manual" | "auto";
  readonly afterMs?: number;
  readonly applications?: string;
  readonly stillUsed?: string;
  readonly unusedMs?: number;
}

/** How rows are gone over. */
interface SweepSettings {
  readonly workers?: number;
  readonly batchMs?: number;
  readonly lockTimeoutMs?: number;
  readonly setAside?: number;
  readonly nice?: number;
  readonly slowdown?: number | null;
  readonly window?: TimeWindow;
  /** Null: the limit is lifted. */
  readonly replicaLagMs?: number | null;
  readonly replicaLagBytes?: number | null;
  readonly ignoredReplicas?: readonly string[];
  readonly walBytesPerSecond?: number;
  readonly archiveBacklogBytes?: number | null;
  readonly vacuumMs?: number;
  readonly activeSessions?: number;
  readonly waitingSessions?: number | null;
  readonly holdQuery?: string;
}

/** What is done behind runs; absent where nobody said anything. */
interface PostFlight {
  readonly run?: "on" | "off";
  readonly checks?: readonly string[];
  readonly analyze?: "on" | "off";
  readonly warm?: "on" | "off";
  readonly failOn?: "critical" | "error" | "warning" | "never";
}

/** How backups are made and kept; absent where nobody said anything. */
export interface BackupSettings {
  readonly folder?: string;
  readonly provider?: "pg_dump" | "pg_basebackup" | "pgbackrest" | "command";
  readonly jobs?: number;
  readonly programs?: string;
  readonly command?: string;
  readonly verifyCommand?: string;
  readonly stanza?: string;
  readonly keep?: number;
  readonly keepForMs?: number;
}

/** What the linter is to hold files to; absent where nobody said anything. */
interface LintSettings {
  readonly rules?: Readonly<Record<string, string>>;
  readonly smallRows?: number;
  readonly smallBytes?: number;
  readonly identifiers?: string;
  readonly serverVersion?: string;
}

/** How types are written; absent where nobody said anything. */
interface TypesSettings {
  /** Path of the file, relative to the working directory where it lies below it. */
  readonly out?: string;
  readonly kysely?: boolean;
  readonly names?: "database" | "camelCase";
  readonly overrides?: Readonly<Record<string, TypeText>>;
  readonly columns?: Readonly<Record<string, TypeText>>;
}

/** What is done to a copy before it is rehearsed on. */
interface RehearsalSettings {
  readonly mask?: Readonly<Record<string, MaskText>>;
  readonly sample?: Readonly<Record<string, number>>;
}

interface ScratchSettings {
  /** URL of any database of a server on which they may be made. */
  readonly named?: string;
  /** URL of an empty database that is to be one. */
  readonly database?: string;
  /** URLs of the project's databases, none of which may be that. */
  readonly except: readonly string[];
}

export interface ResolvedConfig {
  /** The file that was read, as people know it. */
  readonly file?: string;
  readonly database?: string;
  readonly directDatabase?: string;
  /** What the user names for scratch databases. */
  readonly scratch: ScratchSettings;
  /** Path of the folder, relative to the working directory where it lies below it. */
  readonly migrations: string;
  /** False when the folder is the default, which nobody named. */
  readonly migrationsNamed: boolean;
  /** Folder of the project's own checks; absent when nobody named one. */
  readonly checks?: string;
  /** The schema as it is to be, by names of states. */
  readonly schema?: readonly string[];
  /** Patterns of the project's schemas. */
  readonly schemas?: readonly string[];
  /** Patterns of what is compared with nothing. */
  readonly ignore?: readonly string[];
  readonly layout: Layout;
  /** As they are written; see `gatePolicy`. */
  readonly gates: readonly Readonly<Record<string, unknown>>[];
  readonly policy: PolicySettings;
  readonly postFlight: PostFlight;
  readonly backup: BackupSettings;
  readonly lint: LintSettings;
  readonly types: TypesSettings;
  readonly rehearsal: RehearsalSettings;
  /** What is probably not as it was meant, in whole sentences. */
  readonly warnings: readonly string[];
}

const DEFAULT_MIGRATIONS = "migrations";

/**
 * Reads the configuration from the command line's options, the environment and the file, the strongest first.
 *
 * @throws LockkeeperError `config_invalid`, `config_unreadable`, and `usage` for a value of the command line; none of
 *   their messages repeats a value
 */
export async function loadConfig(options: LoadConfigOptions): Promise<ResolvedConfig> {
  const { cwd, env, overrides = {} } = options;
  const warnings = checkEnvironment(env);
  const path = findConfigFile(cwd, options.file ?? nonEmpty(env[CONFIG_FILE_VARIABLE]));
  if (path === undefined) {
    return { ...resolvedConfig(resolveSettings({ file: undefined, env, overrides })), warnings };
  }
  const shown = shownPath(cwd, path);
  const values = new Map(flattenConfig(await readConfigFile(path, shown), shown));
  for (const key of ["migrations", "checks", "types.out", "backup.folder", "backup.programs"] as const) {
    const named = values.get(key);
    if (typeof named === "string" && named !== "" && !isAbsolute(named)) {
      // A path in a file means the same wherever the command is called from.
      values.set(key, shownPath(cwd, join(dirname(path), named)) || ".");
    }
  }
  const states = [values.get("schema") ?? []].flat();
  if (states.length > 0) {
    values.set(
      "schema",
      states.map((name) => (isRelativePath(name) ? shownPath(cwd, join(dirname(path), name)) || "." : name)),
    );
  }
  return { file: shown, ...resolvedConfig(resolveSettings({ file: { shown, values }, env, overrides })), warnings };
}

function resolvedConfig(settings: Settings): Omit<ResolvedConfig, "warnings"> {
  const { database, directDatabase, scratch, scratchDatabase, migrations, checks, layout, schema, schemas, ignore } =
    settings;
  return {
    ...present({ database, directDatabase, checks, schema, schemas, ignore }),
    scratch: {
      ...present({ named: scratch, database: scratchDatabase }),
      except: [directDatabase, database].filter((url) => url !== undefined),
    },
    migrations: migrations ?? DEFAULT_MIGRATIONS,
    migrationsNamed: migrations !== undefined,
    layout: layout ?? "auto",
    gates: settings.gates ?? [],
    policy: present({
      lockTimeoutMs: settings["lock.timeout"],
      lockDeadlineMs: settings["lock.deadline"],
      backoffMinMs: settings["lock.backoffMin"],
      backoffMaxMs: settings["lock.backoffMax"],
      leaseTtlMs: settings["lease.ttl"],
      leaseWaitMs: settings["lease.wait"],
      reconnectDeadlineMs: settings.reconnect,
      clientCheckMs: settings.clientCheck,
      briefMs: settings.brief,
      buildWorkers: settings.buildWorkers,
      drops: settings.drops,
      renames: settings.renames,
      role: settings.role,
      contract: ifAny({
        when: settings["contract.when"],
        afterMs: settings["contract.after"],
        applications: settings["contract.applications"],
        stillUsed: settings["contract.stillUsed"],
        unusedMs: settings["contract.unused"],
      }),
      drift: ifAny({ record: settings["drift.record"], schemas, ignore }),
      sweep: ifAny({
        workers: settings["sweep.workers"],
        batchMs: settings["sweep.batch"],
        lockTimeoutMs: settings["sweep.lockTimeout"],
        setAside: settings["sweep.setAside"],
        nice: settings["sweep.nice"],
        slowdown: nullIfOff(settings["sweep.slowdown"]),
        window: settings["sweep.window"],
        replicaLagMs: nullIfOff(settings["sweep.replicaLag"]),
        replicaLagBytes: nullIfOff(settings["sweep.replicaLagBytes"]),
        ignoredReplicas: settings["sweep.ignoredReplicas"],
        walBytesPerSecond: settings["sweep.walPerSecond"],
        archiveBacklogBytes: nullIfOff(settings["sweep.archiveBacklog"]),
        vacuumMs: settings["sweep.vacuumWait"],
        activeSessions: settings["sweep.activeSessions"],
        waitingSessions: nullIfOff(settings["sweep.waitingSessions"]),
        holdQuery: settings["sweep.holdQuery"],
      }),
    }),
    postFlight: present({
      run: settings["postFlight.run"],
      checks: settings["postFlight.checks"],
      analyze: settings["postFlight.analyze"],
      warm: settings["postFlight.warm"],
      failOn: settings["postFlight.failOn"],
    }),
    backup: present({
      folder: settings["backup.folder"],
      provider: settings["backup.provider"],
      jobs: settings["backup.jobs"],
      programs: settings["backup.programs"],
      command: settings["backup.command"],
      verifyCommand: settings["backup.verifyCommand"],
      stanza: settings["backup.stanza"],
      keep: settings["backup.keep"],
      keepForMs: settings["backup.keepFor"],
    }),
    lint: present({
      rules: settings["lint.rules"],
      smallRows: settings["lint.smallRows"],
      smallBytes: settings["lint.smallBytes"],
      identifiers: settings["lint.identifiers"],
      serverVersion: settings["lint.serverVersion"],
    }),
    rehearsal: present({ mask: settings["rehearsal.mask"], sample: settings["rehearsal.sample"] }),
    types: present({
      out: settings["types.out"],
      kysely: settings["types.kysely"],
      names: settings["types.names"],
      overrides: settings["types.overrides"],
      columns: settings["types.columns"],
    }),
  };
}

/** Commands and URLs have a colon, and the migrations of the project go by that word. */
const isRelativePath = (name: unknown): name is string =>
  typeof name === "string" && name !== "" && name !== "migrations" && !isAbsolute(name) && !/^\w+:/.test(name);

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const nullIfOff = (value: number | "off" | undefined): number | null | undefined => (value === "off" ? null : value);

function ifAny<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } | undefined {
  const found = present(values);
  return Object.keys(found).length === 0 ? undefined : found;
}

function shownPath(cwd: string, path: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith("..") ? path : fromHere;
}

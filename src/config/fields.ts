import { LONGEST_DURATION_MS, parseAge, parseDuration } from "./duration.ts";
import { LAYOUTS } from "./layouts.ts";
import { parseBytes } from "./sizes.ts";

/** What a value must be, in words for the error message, and how it is read. */
export interface FieldForm<T> {
  readonly expected: string;
  /** @returns undefined when the value has another form */
  readonly read: (value: unknown) => T | undefined;
  /** Why a value of this form can still not be used; checked where the value counts, and in the file in any case. */
  readonly refuse?: (value: unknown) => { readonly code: "database_url_invalid"; readonly reason: string } | undefined;
}

export interface Field<T = unknown> {
  readonly env: string;
  readonly form: FieldForm<T>;
}

const text = (expected: string): FieldForm<string> => ({
  expected,
  read: (value) => (typeof value === "string" && value.trim() !== "" ? value : undefined),
});

const DATABASE_URL: FieldForm<string> = {
  ...text("the URL of a database, as text"),
  refuse: (value) =>
    /^postgres(?:ql)?:\/\//.test(String(value))
      ? undefined
      : { code: "database_url_invalid", reason: "does not begin with postgres:// or postgresql://." },
};

const duration = (shortest: number): FieldForm<number> => ({
  expected: `a duration from ${shortest} ms to ${LONGEST_DURATION_MS} ms, such as "500ms", "2s", "5m" or a number of milliseconds`,
  read(value) {
    const ms = parseDuration(value);
    return ms !== undefined && ms >= shortest ? ms : undefined;
  },
});

const AGE: FieldForm<number> = {
  expected: 'an age of at most ten years, such as "12h", "7d" or "2w"',
  read: parseAge,
};

const oneOf = <T extends string>(allowed: readonly T[]): FieldForm<T> => ({
  expected: `one of ${allowed.join(", ")}`,
  read: (value) => allowed.find((candidate) => candidate === value),
});

const count = (least: number): FieldForm<number> => ({
  expected: `a whole number from ${least}`,
  read(value) {
    const number = typeof value === "string" && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
    return typeof number === "number" && Number.isSafeInteger(number) && number >= least ? number : undefined;
  },
});

/** PostgreSQL takes no more. */
const MOST_WORKERS = 1_024;

const parallelWorkers: FieldForm<number> = {
  expected: `a whole number from 0 to ${MOST_WORKERS}`,
  read(value) {
    const number = count(0).read(value);
    return number !== undefined && number <= MOST_WORKERS ? number : undefined;
  },
};

const pattern: FieldForm<string> = {
  expected: "a regular expression, as text",
  read: (value) => (typeof value === "string" && value !== "" && isPattern(value) ? value : undefined),
};

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

/** Which rules and severities there are is known to the linter. */
const severities: FieldForm<Readonly<Record<string, string>>> = {
  expected: "severities by rule",
  read(value) {
    const entries =
      typeof value === "string"
        ? value.split(",").map((one) => one.split("=", 2).map((text) => text.trim()))
        : typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.entries(value)
          : undefined;
    return entries?.every(([rule, severity]) => rule !== "" && typeof severity === "string") === true
      ? Object.fromEntries(entries)
      : undefined;
  },
};

const flag: FieldForm<boolean> = {
  expected: "true or false",
  read: (value) =>
    value === true || value === "true" ? true : value === false || value === "false" ? false : undefined,
};

/** A type in TypeScript's words, or one for what is read and one for what is written. */
export type TypeText = string | { readonly select: string; readonly insert?: string };

const isText = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";

function isTypeText(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isText(value);
  const { select, insert, ...others } = value as Readonly<Record<string, unknown>>;
  return isText(select) && (insert === undefined || isText(insert)) && Object.keys(others).length === 0;
}

const typeTexts: FieldForm<Readonly<Record<string, TypeText>>> = {
  expected: "types of TypeScript by names, in the environment as JSON",
  read(value) {
    const found = typeof value === "string" ? parsedJson(value) : value;
    return typeof found === "object" &&
      found !== null &&
      !Array.isArray(found) &&
      Object.values(found).every(isTypeText)
      ? (found as Record<string, TypeText>)
      : undefined;
  },
};

/** What becomes of the values of a column in a copy: nothing, a hash, a text, or what SQL on the row's columns gives. */
export type MaskText = "null" | "hash" | { readonly fixed: string } | { readonly sql: string };

function isMaskText(value: unknown): boolean {
  if (value === "null" || value === "hash") return true;
  if (typeof value !== "object" || value === null) return false;
  const [[key, text] = [], ...others] = Object.entries(value);
  return others.length === 0 && ((key === "fixed" && typeof text === "string") || (key === "sql" && isText(text)));
}

const recordOf = <T>(
  expected: string,
  isValue: (value: unknown) => boolean,
): FieldForm<Readonly<Record<string, T>>> => ({
  expected,
  read(value) {
    const found = typeof value === "string" ? parsedJson(value) : value;
    return typeof found === "object" && found !== null && !Array.isArray(found) && Object.values(found).every(isValue)
      ? (found as Record<string, T>)
      : undefined;
  },
});

const masks = recordOf<MaskText>(
  'masks by columns: "null", "hash", { fixed: TEXT } or { sql: EXPRESSION }, in the environment as JSON',
  isMaskText,
);

const percents = recordOf<number>(
  "percents from 0.01 to 100 by tables, in the environment as JSON",
  (value) => typeof value === "number" && value >= 0.01 && value <= 100,
);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A limit that has a default can be lifted. */
const orOff = <T>(form: FieldForm<T>): FieldForm<T | "off"> => ({
  ...form,
  expected: `${form.expected}, or off`,
  read: (value) => (value === "off" ? "off" : form.read(value)),
});

const ratio: FieldForm<number> = {
  expected: "a number from 0 to 1000",
  read(value) {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && number >= 0 && number <= 1_000 ? number : undefined;
  },
};

const factor: FieldForm<number> = {
  expected: "a number from 1 to 1000",
  read(value) {
    const number = ratio.read(value);
    return number !== undefined && number >= 1 ? number : undefined;
  },
};

const bytes: FieldForm<number> = {
  expected: 'a size, such as "64MB", "1GB" or a number of bytes',
  read: parseBytes,
};

/** What each takes is known to the gates. */
const gates: FieldForm<readonly Readonly<Record<string, unknown>>[]> = {
  expected: "a list of gates, in the environment as JSON",
  read(value) {
    const list = typeof value === "string" ? parsedJson(value) : value;
    const isList = Array.isArray(list) && list.every((one) => typeof one === "object" && one !== null);
    return isList ? list : undefined;
  },
};

const names: FieldForm<readonly string[]> = {
  expected: "names: a list, or a text with commas between them",
  read(value) {
    const list = typeof value === "string" ? value.split(",").map((name) => name.trim()) : value;
    return Array.isArray(list) && list.every((name) => typeof name === "string" && name !== "") ? list : undefined;
  },
};

/** A command has commas of its own. */
const states: FieldForm<readonly string[]> = {
  expected: "a state of the schema as text, or a list of files",
  read(value) {
    const list = typeof value === "string" ? [value.trim()] : value;
    const isList = Array.isArray(list) && list.length > 0;
    return isList && list.every((name) => typeof name === "string" && name !== "") ? list : undefined;
  },
};

/** A part of the day, and where. */
export interface TimeWindow {
  readonly from: string;
  readonly to: string;
  readonly timeZone?: string;
}

const WINDOW = /^\s*((?:[01]\d|2[0-3]):[0-5]\d)\s*-\s*((?:[01]\d|2[0-3]):[0-5]\d)(?:\s+(\S+))?\s*$/;

const timeWindow: FieldForm<TimeWindow> = {
  expected: 'times of day such as "22:00-06:00" (UTC) or "22:00-06:00 Europe/Berlin"',
  read(value) {
    const [, from, to, timeZone] = WINDOW.exec(typeof value === "string" ? value : "") ?? [];
    if (from === undefined || to === undefined || from === to) return undefined;
    if (timeZone === undefined) return { from, to };
    return isTimeZone(timeZone) ? { from, to, timeZone } : undefined;
  },
};

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** Every key of the configuration, the variable that overrides it, and its form: the one list of them. */
export const FIELDS = {
  database: { env: "DATABASE_URL", form: DATABASE_URL },
  directDatabase: { env: "DIRECT_DATABASE_URL", form: DATABASE_URL },
  scratch: { env: "LOCKKEEPER_SCRATCH", form: DATABASE_URL },
  scratchDatabase: { env: "LOCKKEEPER_SCRATCH_DATABASE", form: DATABASE_URL },
  migrations: { env: "LOCKKEEPER_MIGRATIONS", form: text("the path of a folder, as text") },
  checks: { env: "LOCKKEEPER_CHECKS", form: text("the path of a folder, as text") },
  schema: { env: "LOCKKEEPER_SCHEMA", form: states },
  schemas: { env: "LOCKKEEPER_SCHEMAS", form: names },
  ignore: { env: "LOCKKEEPER_IGNORE", form: names },
  layout: { env: "LOCKKEEPER_LAYOUT", form: oneOf(LAYOUTS) },
  role: { env: "LOCKKEEPER_ROLE", form: text("the name of a role, as text") },
  // PostgreSQL takes a lock_timeout of 0 for none at all, which is the last thing a running application wants.
  "lock.timeout": { env: "LOCKKEEPER_LOCK_TIMEOUT", form: duration(1) },
  "lock.deadline": { env: "LOCKKEEPER_LOCK_DEADLINE", form: duration(0) },
  "lock.backoffMin": { env: "LOCKKEEPER_LOCK_BACKOFF_MIN", form: duration(1) },
  "lock.backoffMax": { env: "LOCKKEEPER_LOCK_BACKOFF_MAX", form: duration(1) },
  // Shorter leases would be lost to a slow network.
  "lease.ttl": { env: "LOCKKEEPER_LEASE_TTL", form: duration(1_000) },
  "lease.wait": { env: "LOCKKEEPER_LEASE_WAIT", form: duration(0) },
  reconnect: { env: "LOCKKEEPER_RECONNECT", form: duration(0) },
  clientCheck: { env: "LOCKKEEPER_CLIENT_CHECK", form: duration(1) },
  buildWorkers: { env: "LOCKKEEPER_BUILD_WORKERS", form: parallelWorkers },
  brief: { env: "LOCKKEEPER_BRIEF", form: duration(0) },
  drops: { env: "LOCKKEEPER_DROPS", form: oneOf<"quarantine" | "direct">(["quarantine", "direct"]) },
  renames: { env: "LOCKKEEPER_RENAMES", form: oneOf<"bridge" | "direct">(["bridge", "direct"]) },
  "contract.when": { env: "LOCKKEEPER_CONTRACT_WHEN", form: oneOf<"manual" | "auto">(["manual", "auto"]) },
  "contract.after": { env: "LOCKKEEPER_CONTRACT_AFTER", form: AGE },
  "contract.applications": { env: "LOCKKEEPER_CONTRACT_APPLICATIONS", form: pattern },
  "contract.stillUsed": { env: "LOCKKEEPER_CONTRACT_STILL_USED", form: text("a query, as text") },
  "contract.unused": { env: "LOCKKEEPER_CONTRACT_UNUSED", form: AGE },
  "backup.folder": { env: "LOCKKEEPER_BACKUP_FOLDER", form: text("the path of a folder, as text") },
  "backup.provider": {
    env: "LOCKKEEPER_BACKUP_PROVIDER",
    form: oneOf<"pg_dump" | "pg_basebackup" | "pgbackrest" | "command">([
      "pg_dump",
      "pg_basebackup",
      "pgbackrest",
      "command",
    ]),
  },
  "backup.jobs": { env: "LOCKKEEPER_BACKUP_JOBS", form: count(1) },
  "backup.programs": { env: "LOCKKEEPER_BACKUP_PROGRAMS", form: text("the path of a folder, as text") },
  "backup.command": { env: "LOCKKEEPER_BACKUP_COMMAND", form: text("a shell command, as text") },
  "backup.verifyCommand": { env: "LOCKKEEPER_BACKUP_VERIFY_COMMAND", form: text("a shell command, as text") },
  "backup.stanza": { env: "LOCKKEEPER_BACKUP_STANZA", form: text("the name of a stanza, as text") },
  "backup.keep": { env: "LOCKKEEPER_BACKUP_KEEP", form: count(1) },
  "backup.keepFor": { env: "LOCKKEEPER_BACKUP_KEEP_FOR", form: AGE },
  gates: { env: "LOCKKEEPER_GATES", form: gates },
  "drift.record": { env: "LOCKKEEPER_DRIFT_RECORD", form: oneOf<"on" | "off">(["on", "off"]) },
  "postFlight.run": { env: "LOCKKEEPER_POST_FLIGHT_RUN", form: oneOf<"on" | "off">(["on", "off"]) },
  "postFlight.checks": { env: "LOCKKEEPER_POST_FLIGHT_CHECKS", form: names },
  "postFlight.analyze": { env: "LOCKKEEPER_POST_FLIGHT_ANALYZE", form: oneOf<"on" | "off">(["on", "off"]) },
  "postFlight.warm": { env: "LOCKKEEPER_POST_FLIGHT_WARM", form: oneOf<"on" | "off">(["on", "off"]) },
  "postFlight.failOn": {
    env: "LOCKKEEPER_POST_FLIGHT_FAIL_ON",
    form: oneOf<"critical" | "error" | "warning" | "never">(["critical", "error", "warning", "never"]),
  },
  "sweep.workers": { env: "LOCKKEEPER_SWEEP_WORKERS", form: count(1) },
  "sweep.batch": { env: "LOCKKEEPER_SWEEP_BATCH", form: duration(1) },
  "sweep.lockTimeout": { env: "LOCKKEEPER_SWEEP_LOCK_TIMEOUT", form: duration(1) },
  "sweep.nice": { env: "LOCKKEEPER_SWEEP_NICE", form: ratio },
  "sweep.slowdown": { env: "LOCKKEEPER_SWEEP_SLOWDOWN", form: orOff(factor) },
  "sweep.window": { env: "LOCKKEEPER_SWEEP_WINDOW", form: timeWindow },
  "sweep.replicaLag": { env: "LOCKKEEPER_SWEEP_REPLICA_LAG", form: orOff(duration(1)) },
  "sweep.replicaLagBytes": { env: "LOCKKEEPER_SWEEP_REPLICA_LAG_BYTES", form: orOff(bytes) },
  "sweep.ignoredReplicas": { env: "LOCKKEEPER_SWEEP_IGNORED_REPLICAS", form: names },
  "sweep.walPerSecond": { env: "LOCKKEEPER_SWEEP_WAL_PER_SECOND", form: bytes },
  "sweep.archiveBacklog": { env: "LOCKKEEPER_SWEEP_ARCHIVE_BACKLOG", form: orOff(bytes) },
  "sweep.vacuumWait": { env: "LOCKKEEPER_SWEEP_VACUUM_WAIT", form: duration(0) },
  "sweep.activeSessions": { env: "LOCKKEEPER_SWEEP_ACTIVE_SESSIONS", form: count(0) },
  "sweep.waitingSessions": { env: "LOCKKEEPER_SWEEP_WAITING_SESSIONS", form: orOff(count(0)) },
  "sweep.holdQuery": { env: "LOCKKEEPER_SWEEP_HOLD_QUERY", form: text("a query, as text") },
  "sweep.setAside": { env: "LOCKKEEPER_SWEEP_SET_ASIDE", form: count(0) },
  "types.out": { env: "LOCKKEEPER_TYPES_OUT", form: text("the path of a file, as text") },
  "types.kysely": { env: "LOCKKEEPER_TYPES_KYSELY", form: flag },
  "types.names": { env: "LOCKKEEPER_TYPES_NAMES", form: oneOf<"database" | "camelCase">(["database", "camelCase"]) },
  "types.overrides": { env: "LOCKKEEPER_TYPES_OVERRIDES", form: typeTexts },
  "types.columns": { env: "LOCKKEEPER_TYPES_COLUMNS", form: typeTexts },
  "rehearsal.mask": { env: "LOCKKEEPER_REHEARSAL_MASK", form: masks },
  "rehearsal.sample": { env: "LOCKKEEPER_REHEARSAL_SAMPLE", form: percents },
  "lint.rules": { env: "LOCKKEEPER_LINT_RULES", form: severities },
  "lint.smallRows": { env: "LOCKKEEPER_LINT_SMALL_ROWS", form: count(0) },
  "lint.smallBytes": { env: "LOCKKEEPER_LINT_SMALL_BYTES", form: count(0) },
  "lint.identifiers": { env: "LOCKKEEPER_LINT_IDENTIFIERS", form: pattern },
  "lint.serverVersion": {
    env: "LOCKKEEPER_LINT_SERVER_VERSION",
    form: text('a version such as "16" or "14.2", as text'),
  },
} as const satisfies Record<string, Field>;

export type FieldKey = keyof typeof FIELDS;
export type FieldValue<K extends FieldKey> = Exclude<ReturnType<(typeof FIELDS)[K]["form"]["read"]>, undefined>;

export const FIELD_KEYS = Object.keys(FIELDS) as FieldKey[];

/** Variable that names the configuration file. */
export const CONFIG_FILE_VARIABLE = "LOCKKEEPER_CONFIG";

/** Variables of the command line's logs, with the values they may have. */
export const LOG_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  LOCKKEEPER_LOG: ["json"],
  LOCKKEEPER_LOG_LEVEL: ["debug", "info", "warn", "error"],
};

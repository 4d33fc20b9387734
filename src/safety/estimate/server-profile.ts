/** What of a server changes how much it writes for the same step. */
export interface ServerProfile {
  /** Bytes a build of an index may take in memory. */
  readonly maintenanceWorkMem: number;
  readonly parallelBuilders: number;
  /** Whether whole pages are logged at their first change behind a checkpoint. */
  readonly fullPages: boolean;
  /** Whether a page is logged too when only hints were set on it, as a first reader does. */
  readonly logsHints: boolean;
  readonly compressesPages: boolean;
  /** How large pg_wal may grow between two checkpoints. */
  readonly maxWalBytes: number;
  /** Whose log is sent to each. */
  readonly replicas: number;
  readonly archives: boolean;
  /** Share of the pages of a table, 0 to 1, on which a reader sets no hints any more, by `schema.name`. */
  readonly settledShare: ReadonlyMap<string, number>;
  /** How far the values of a column, as `schema.table.column`, lie in the order of its table's pages, -1 to 1; 0 where it is not here. */
  readonly correlations: ReadonlyMap<string, number>;
  /** Rows that statements are expected to change, as the server's own planner says, by their SQL. */
  readonly rowsOf: ReadonlyMap<string, number>;
  /** False: nobody was asked, and these are the defaults of PostgreSQL. */
  readonly isKnown: boolean;
}

/** A server with PostgreSQL's own defaults; data checksums are such a default since 18. */
export const defaultProfile = (major: number, settings: Readonly<Record<string, string>> = {}): ServerProfile => ({
  maintenanceWorkMem: memoryBytes(settings["maintenance_work_mem"]) ?? 64 * 1024 ** 2,
  parallelBuilders: Number(settings["max_parallel_maintenance_workers"] ?? 2),
  fullPages: true,
  logsHints: major >= 18,
  compressesPages: false,
  maxWalBytes: 1024 ** 3,
  replicas: 0,
  archives: false,
  settledShare: new Map(),
  correlations: new Map(),
  rowsOf: new Map(),
  isKnown: false,
});

const UNITS: Readonly<Record<string, number>> = {
  "": 1024,
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};

/** `64MB` as `current_setting` says it; a bare number counts kilobytes. */
function memoryBytes(text: string | undefined): number | undefined {
  const [, number, unit = ""] = /^(\d+)\s*(|B|kB|MB|GB|TB)$/.exec(text ?? "") ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? 1024);
}

import { compareDatabases } from "../checks/compare/compare-databases.ts";
import { checkedSchemas } from "../checks/project-checks.ts";
import type { CheckReport } from "../checks/run-checks.ts";
import type { ResolvedConfig } from "../config/load-config.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { databaseRelation } from "../postgres/database-relation.ts";
import { describeDatabase } from "../postgres/database-url.ts";
import { namingFailures } from "../run/name-failure.ts";
import { policyOf, urlToRead } from "../run/target.ts";
import type { CommandContext } from "./command.ts";

/** Options of `verify --against`. */
export interface AgainstFlags {
  readonly against?: string;
  readonly only?: readonly string[];
  readonly map?: readonly string[];
  readonly key?: readonly string[];
  readonly ignoreColumn?: readonly string[];
  readonly where?: string;
  readonly jobs?: number;
  readonly rows?: number;
}

const JOBS = 2;
const SAMPLE_ROWS = 10;
/** Rows that are looked for in one table; of more it is enough to know that they are more. */
const MOST_ROWS = 10_000;
/** ms; a table of hundreds of gigabytes is read in one question. */
const TIMEOUT_MS = 12 * 3_600_000;

/** The rows of the database beside those of another. */
export async function compared(
  context: CommandContext,
  config: ResolvedConfig,
  flags: AgainstFlags,
): Promise<CheckReport> {
  if ((flags.where !== undefined || flags.key !== undefined) && flags.only === undefined) {
    throw new LockkeeperError("usage", {
      message: `--${flags.where === undefined ? "key" : "where"} is about the columns of certain tables.`,
      notDone: "Nothing was compared.",
      action: "Name the tables with --only.",
    });
  }
  const stop = context.endOnSignals();
  const databases = { left: urlToRead(config), right: flags.against ?? "" };
  if (flags.map === undefined) await refuseItself(databases.left, databases.right);
  return await namingFailures(() =>
    compareDatabases({
      databases,
      schemas: checkedSchemas(config),
      ...(flags.only === undefined ? {} : { only: flags.only }),
      ...(flags.map === undefined ? {} : { maps: flags.map }),
      ...(flags.key === undefined ? {} : { key: flags.key }),
      ...(flags.ignoreColumn === undefined ? {} : { ignore: flags.ignoreColumn }),
      ...(flags.where === undefined ? {} : { where: flags.where }),
      jobs: flags.jobs ?? JOBS,
      lockTimeoutMs: policyOf(config).lockTimeoutMs,
      timeoutMs: TIMEOUT_MS,
      mostRows: MOST_ROWS,
      sampleRows: flags.rows ?? SAMPLE_ROWS,
      signal: stop.soon,
    }),
  );
}

/** Nothing but a mistake in a URL, and its answer would be that all is well. */
async function refuseItself(database: string, against: string): Promise<void> {
  if ((await databaseRelation(database, against, "lockkeeper verify")) !== "same database") return;
  throw new LockkeeperError("usage", {
    message: `${describeDatabase(against)} is the database itself: every table would be compared with itself.`,
    notDone: "Nothing was compared.",
    action: "Name the other database with --against, or with --map which table is to be compared with which.",
  });
}

/**
 * Options that mean nothing alone.
 *
 * @throws LockkeeperError `usage`
 */
export function refuseWithout(needed: "against", flags: AgainstFlags): void {
  const idle = (["map", "key", "ignoreColumn", "where", "jobs", "rows"] as const).find(
    (flag) => flags[flag] !== undefined,
  );
  if (idle === undefined) return;
  throw new LockkeeperError("usage", {
    message: `--${idle === "ignoreColumn" ? "ignore-column" : idle} goes with --${needed}.`,
    notDone: "Nothing was checked.",
    action: `Name the database to compare with: --${needed} URL`,
  });
}

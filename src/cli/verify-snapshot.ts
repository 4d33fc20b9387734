import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkedSchemas } from "../checks/project-checks.ts";
import type { CheckReport } from "../checks/run-checks.ts";
import { compareSnapshots } from "../checks/snapshots/compare-snapshots.ts";
import { type DataSnapshot, SNAPSHOT_FORMAT } from "../checks/snapshots/data-snapshot.ts";
import { namedByPlans } from "../checks/snapshots/named-by-plans.ts";
import { readPlansSince } from "../checks/snapshots/read-plans-since.ts";
import { takeSnapshot } from "../checks/snapshots/take-snapshot.ts";
import type { ResolvedConfig } from "../config/load-config.ts";
import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { connect } from "../postgres/session.ts";
import { namingFailures } from "../run/name-failure.ts";
import { policyOf, urlToRead } from "../run/target.ts";
import { loadParser } from "../sql/parse-statement.ts";
import { type CommandContext, type CommandResult, commandResult } from "./command.ts";
import { writeWhenChanged } from "./write-when-changed.ts";

/** ms; a table of hundreds of gigabytes is read in one question. */
const TIMEOUT_MS = 12 * 3_600_000;

/** `verify --snapshot FILE` */
export async function snapshotTaken(
  context: CommandContext,
  config: ResolvedConfig,
  file: string,
): Promise<CommandResult> {
  const taken = await taking(context, config, undefined);
  writeWhenChanged(resolve(context.cwd, file), `${JSON.stringify(taken)}\n`);
  const { database, takenAt, tables, unread } = taken;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return commandResult(
    { file, database, takenAt, tables: tables.length, rows, unread },
    (result) =>
      [
        ...result.unread.map(({ table, reason }) => `${table} could not be read: ${reason}`),
        `${file}: ${count(result.tables, "table")} of ${result.database} with ${count(result.rows, "row")}, as of ${result.takenAt}.`,
      ].join("\n"),
    { exitCode: unread.length === 0 ? 0 : 1 },
  );
}

/** `verify --before FILE` */
export async function comparedWithBefore(
  context: CommandContext,
  config: ResolvedConfig,
  file: string,
): Promise<CheckReport> {
  const before = readSnapshot(resolve(context.cwd, file), file);
  await loadParser();
  const now = await taking(context, config, before);
  const plans = await namingFailures(async () => {
    await using session = await connect(urlToRead(config), { applicationName: "lockkeeper verify" });
    return await readPlansSince(session, before.takenAt);
  });
  return compareSnapshots(before, now, namedByPlans(plans));
}

async function taking(
  context: CommandContext,
  config: ResolvedConfig,
  like: DataSnapshot | undefined,
): Promise<DataSnapshot> {
  const { soon: signal } = context.endOnSignals();
  try {
    return await namingFailures(() =>
      takeSnapshot(urlToRead(config), {
        schemas: checkedSchemas(config),
        lockTimeoutMs: policyOf(config).lockTimeoutMs,
        timeoutMs: TIMEOUT_MS,
        signal,
        ...(like === undefined ? {} : { like }),
      }),
    );
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new LockkeeperError("interrupted", {
      message: "Interrupted while the rows were read.",
      notDone: "Nothing was written; nothing was changed.",
      action: "Run it again.",
      cause,
    });
  }
}

function readSnapshot(path: string, file: string): DataSnapshot {
  const unusable = (reason: string, cause?: unknown): LockkeeperError =>
    new LockkeeperError("usage", {
      message: `${file} ${reason}.`,
      notDone: "Nothing was compared.",
      action: "Name a file that `lockkeeper verify --snapshot` wrote.",
      cause,
    });
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause;
    throw unusable(isMissing ? "cannot be read" : "is no snapshot: it is cut off, or no JSON", cause);
  }
  const format =
    typeof read === "object" && read !== null && "format" in read && "takenAt" in read ? read.format : undefined;
  if (format !== SNAPSHOT_FORMAT) throw unusable("is no snapshot that this version understands");
  return read as DataSnapshot;
}

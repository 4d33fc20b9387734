import { count } from "../errors/count.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { AdoptionReport } from "../migrations/adopt/adoption-report.ts";
import { detectTools, type HistoryPlace } from "../migrations/adopt/detect-tools.ts";
import { matchHistory } from "../migrations/adopt/match-history.ts";
import { readHistory } from "../migrations/adopt/read-history.ts";
import { detectLayout } from "../migrations/layouts/detect-layout.ts";
import type { ForeignLayout } from "../migrations/layouts/layout.ts";
import { readLayout } from "../migrations/layouts/read-layout.ts";
import { openSourceFolder, type SourceFolder } from "../migrations/layouts/source-folder.ts";
import type { Session } from "../postgres/session.ts";
import { recordDecision } from "./audit.ts";
import { hasProgress } from "./prepare.ts";
import type { DatabaseState } from "./read-state.ts";
import { type RecordedMigration, recordInForce } from "./record-in-force.ts";
import { type OperationOptions, underLease } from "./under-lease.ts";

export interface AdoptOptions extends OperationOptions, HistoryPlace {
  /** The folder of the other tool's migrations. */
  readonly folder: string;
  /** Whose history it is; found out from the database and the folder when undefined. */
  readonly from?: ForeignLayout;
  /** Only look: nothing is written, and problems are reported instead of thrown. */
  readonly dryRun?: boolean;
  readonly reason?: string;
}

export interface AdoptResult {
  readonly report: AdoptionReport;
  /** Migrations that this call recorded (or would record, in a dry run) as in force, in their order. */
  readonly adopted: readonly string[];
  /** Migrations that an earlier call had recorded. */
  readonly known: number;
}

/**
 * Takes over the history of another tool: what it applied is recorded as in force. The tool's own tables are only read.
 * Called again after the tool went on, it adds what came since.
 *
 * @throws LockkeeperError `history_not_found`, `history_inconsistent` with the report in `data`, `history_not_empty`,
 *   `usage`, `database_read_only`, `lease_held`, and those of reading the files
 */
export async function adopt(options: AdoptOptions): Promise<AdoptResult> {
  const folder = openSourceFolder(options.folder);
  let found: Examined | undefined;
  await underLease(
    options,
    "adopt",
    async (session, state) => {
      found = await examine(options, folder, session, state);
      return options.dryRun === true || found.fresh.length === 0 ? undefined : found;
    },
    async (session, { report, fresh }) => {
      await recordInForce(session, fresh);
      await recordDecision(session, {
        action: "adopt",
        subject: report.tool,
        reason: options.reason,
        detail: { table: report.table, adopted: fresh.map(({ id }) => id) },
        actor: options.actor,
      });
      return fresh;
    },
    () => true,
  );
  if (found === undefined) {
    throw new LockkeeperError("internal", { message: "The history was not examined." });
  }
  return { report: found.report, adopted: found.fresh.map(({ id }) => id), known: found.known };
}

interface Examined {
  readonly report: AdoptionReport;
  readonly fresh: readonly RecordedMigration[];
  readonly known: number;
}

async function examine(
  options: AdoptOptions,
  folder: SourceFolder,
  session: Session,
  state: DatabaseState,
): Promise<Examined> {
  const query = (sql: string, params?: readonly unknown[]): Promise<Record<string, unknown>[]> =>
    session.query(sql, params);
  const tool = options.from ?? (await findTool(options, folder, query));
  const { files } = readLayout(tool, folder);
  const report = matchHistory(await readHistory(query, tool, options), files);
  if (options.dryRun !== true) {
    requireClean(report);
  }
  requireSameHistory(report, state);
  requireNothingHalfDone(report, state);
  const checksums = new Map(files.map(({ migration }) => [migration.id, migration.checksum]));
  const recorded = new Set(state.applied.map(({ id }) => id));
  const applied = report.items.filter(({ status }) => status === "applied");
  const fresh = applied
    .filter(({ id }) => !recorded.has(id))
    .map(
      ({ id, appliedAt }): RecordedMigration => ({
        id,
        checksum: checksums.get(id) ?? "",
        origin: "adopt",
        adoptedFrom: tool,
        ...(appliedAt === undefined || !TIME.test(appliedAt) ? {} : { appliedAt }),
      }),
    );
  await requireNotTakenBack(fresh, report, session, state);
  return { report, fresh, known: applied.length - fresh.length };
}

/**
 * The tool does not know what `down` did here. What was taken back is in force again only where the tool applied it
 * later, by a clock that says where it stands.
 */
async function requireNotTakenBack(
  fresh: readonly RecordedMigration[],
  report: AdoptionReport,
  session: Session,
  state: DatabaseState,
): Promise<void> {
  if (!state.installed || fresh.length === 0) {
    return;
  }
  const taken = await session.query<{ id: string; at: string }>(
    `SELECT migration_id AS id, to_json(max(finished_at)) #>> '{}' AS at FROM lockkeeper.run
     WHERE direction = 'down' AND state = 'done' AND migration_id = ANY ($1) GROUP BY migration_id ORDER BY max(id)`,
    [fresh.map(({ id }) => id)],
  );
  const times = new Map(fresh.map(({ id, appliedAt }) => [id, appliedAt]));
  const gone = taken.filter(({ id, at }) => {
    const again = times.get(id);
    return again === undefined || !OFFSET.test(again) || Date.parse(again) <= Date.parse(at);
  });
  const [first] = gone;
  if (first !== undefined) {
    const others = gone.length === 1 ? "" : ` and ${gone.length - 1} more`;
    throw new LockkeeperError("history_inconsistent", {
      message: `${report.tool} holds ${first.id}${others} for applied, but \`lockkeeper down\` took it back on ${first.at}.`,
      action:
        "`lockkeeper up` applies again what is SQL. Where the database has it by other means, and nothing else is on record here, `lockkeeper baseline --to ID` records it.",
      notDone: "Nothing was recorded.",
      data: { report, takenBack: gone.map(({ id }) => id) },
    });
  }
}

const OFFSET = /(?:Z|[+-]\d\d(?::?\d\d)?)$/;

/** Tools that keep the time as text may hold anything there. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

async function findTool(
  place: HistoryPlace,
  folder: SourceFolder,
  query: Parameters<typeof detectTools>[0],
): Promise<ForeignLayout> {
  const tools = [...new Set((await detectTools(query, place)).map(({ tool }) => tool))];
  const [only, ...others] = tools;
  if (only === undefined) {
    throw new LockkeeperError("history_not_found", {
      message: "No history of another migration tool was found in this database.",
      notDone: "Nothing was recorded.",
    });
  }
  if (others.length === 0) {
    return only;
  }
  const layout = detectLayout(folder);
  const named = tools.find((tool) => tool === layout);
  if (named === undefined) {
    throw new LockkeeperError("usage", {
      message: `This database holds histories of several tools: ${tools.join(", ")}.`,
      action: "Say which one with `from` (--from).",
      notDone: "Nothing was recorded.",
      data: { tools },
    });
  }
  return named;
}

function requireClean(report: AdoptionReport): void {
  if (!report.clean) {
    const errors = report.problems.filter(({ severity }) => severity === "error");
    const lines = errors.map(({ message, action }) => `${message} ${action}`);
    throw inconsistent(`The history of ${report.tool} and its files disagree:\n  ${lines.join("\n  ")}`, report);
  }
}

/** What is recorded already must be the beginning of what the tool applied. */
function requireSameHistory(report: AdoptionReport, state: DatabaseState): void {
  if (state.applied.length === 0) {
    return;
  }
  const { tool } = report;
  const adopted = state.applied.filter(({ adoptedFrom }) => adoptedFrom === tool);
  if (adopted.length === 0) {
    throw new LockkeeperError("history_not_empty", {
      message: `The history of ${state.database} holds ${count(state.applied.length, "migration")}, none adopted from ${tool}.`,
      notDone: "Nothing was recorded.",
      data: { applied: state.applied.length },
    });
  }
  const applied = report.items.filter(({ status }) => status === "applied");
  const takenBack = adopted.find((entry) => !applied.some(({ id }) => id === entry.id));
  if (takenBack !== undefined) {
    throw inconsistent(`${takenBack.id} was adopted, but ${tool} does not hold it for applied any more.`, report);
  }
  const recorded = new Set(state.applied.map(({ id }) => id));
  const lastRecorded = report.items.findLast(({ id }) => recorded.has(id));
  const skipped = report.items
    .slice(0, lastRecorded === undefined ? 0 : report.items.indexOf(lastRecorded))
    .find(({ id, status }) => status === "applied" && !recorded.has(id));
  if (skipped !== undefined) {
    throw inconsistent(
      `${skipped.id} was applied by ${tool}, but ${lastRecorded?.id}, which follows it, is recorded already.`,
      report,
    );
  }
}

function requireNothingHalfDone(report: AdoptionReport, state: DatabaseState): void {
  const run = state.unfinished.find(
    (one) => hasProgress(one) && report.items.some(({ id, status }) => id === one.migration && status === "applied"),
  );
  if (run !== undefined) {
    throw inconsistent(
      `${report.tool} holds ${run.migration} for applied, but run ${run.id} left it half done here.`,
      report,
    );
  }
}

function inconsistent(message: string, report: AdoptionReport): LockkeeperError {
  return new LockkeeperError("history_inconsistent", { message, notDone: "Nothing was recorded.", data: { report } });
}

import { parseDuration } from "../../config/duration.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";
import { type MigrationsAsSchema, schemaOfMigrations } from "../../desired/migrations-as-schema.ts";
import { schemaOfFiles } from "../../desired/sql-files.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { connect } from "../../postgres/session.ts";
import { compareHistory } from "../../run/compare-history.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { onlinePolicy } from "../../run/policy.ts";
import { Preparation } from "../../run/prepare.ts";
import { readState } from "../../run/read-state.ts";
import { migrationsAtHand, policyOf, urlToChange, urlToRead } from "../../run/target.ts";
import { traceMigration } from "../../trace/trace-migration.ts";
import type { TraceReport } from "../../trace/trace-report.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { majorOf } from "../lint-policy.ts";
import { namedMigration } from "../named-migration.ts";
import { traceText } from "../renderers/trace-text.ts";

export interface TraceFlags {
  readonly database?: string;
  readonly schema?: readonly string[];
  readonly scratchOnTarget?: boolean;
  readonly serverVersion?: string;
  readonly asWritten?: boolean;
  readonly timeout?: string;
}

const DEFAULT_TIMEOUT = "1m";
const FINDINGS = 1;

export async function run(
  context: CommandContext,
  [file = ""]: readonly string[],
  flags: TraceFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const timeoutMs = timeoutOf(flags.timeout ?? DEFAULT_TIMEOUT);
  const migrations = migrationsAtHand(config);
  const migration = namedMigration(file, migrations, context.cwd);
  const stop = context.endOnSignals();
  const report = await namingFailures(async () => {
    const target = await lookAt(config, flags, migrations);
    const { sources, leftOut } = await schemaOf(migration, migrations, target?.applied, flags, context.cwd);
    const major = flags.serverVersion === undefined ? target?.major : majorOf(flags.serverVersion);
    const traced = await traceMigration({
      places: {
        ...config.scratch,
        target: flags.scratchOnTarget === true ? urlToChange(config) : undefined,
        major,
      },
      schema: sources,
      file: migration.file,
      timeoutMs,
      signal: stop.soon,
      async plan(state) {
        const policy = { ...onlinePolicy(policyOf(config)), briefSeconds: 0 };
        const preparation =
          flags.asWritten === true ? new Preparation() : new Preparation(async () => ({ state, policy }));
        const [prepared] = await preparation.plan([migration]);
        if (prepared === undefined) throw new LockkeeperError("internal", { message: "the migration has no plan" });
        return prepared.plan;
      },
    });
    return { ...traced, leftOut: [...leftOut, ...traced.leftOut] };
  });
  const isGood = report.isWhole && report.differences === 0;
  return commandResult<TraceReport>(report, traceText, {
    exitCode: isGood ? 0 : FINDINGS,
    log: { steps: report.steps.length, differences: report.differences },
  });
}

function timeoutOf(text: string): number {
  const timeoutMs = parseDuration(text);
  if (timeoutMs === undefined || timeoutMs === 0) {
    throw new LockkeeperError("usage", {
      message: '--timeout is no duration; expected one such as "30s" or "5m".',
      notDone: "Nothing was run.",
    });
  }
  return timeoutMs;
}

/** The database that the migration is meant for: its major, and what is in force there. */
async function lookAt(
  config: ResolvedConfig,
  { database, scratchOnTarget }: TraceFlags,
  migrations: readonly Migration[],
): Promise<{ readonly major: number; readonly applied: ReadonlySet<string> } | undefined> {
  if (database === undefined && scratchOnTarget !== true) {
    return undefined;
  }
  await using session = await connect(urlToRead(config), { applicationName: "lockkeeper trace" });
  const [server] = await session.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  const { pending } = compareHistory(migrations, await readState(session), { allowOutOfOrder: true });
  const open = new Set(pending.map(({ id }) => id));
  const applied = migrations.map(({ id }) => id).filter((id) => !open.has(id));
  return { major: server?.major ?? 0, applied: new Set(applied) };
}

/** What is there before the migration: files, what is in force in the database, or the project's earlier migrations. */
async function schemaOf(
  migration: Migration,
  migrations: readonly Migration[],
  applied: ReadonlySet<string> | undefined,
  { schema }: TraceFlags,
  cwd: string,
): Promise<Pick<MigrationsAsSchema, "sources" | "leftOut">> {
  if (schema !== undefined) {
    return { sources: schemaOfFiles(schema, cwd), leftOut: [] };
  }
  const place = migrations.findIndex(({ id, file }) => id === migration.id && file === migration.file);
  const earlier = place === -1 ? migrations : migrations.slice(0, place);
  return await schemaOfMigrations(applied === undefined ? earlier : earlier.filter(({ id }) => applied.has(id)));
}

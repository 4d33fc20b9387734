import { filesOf } from "../../desired/sql-files.ts";
import type { FileReport, Severity } from "../../hazards/finding.ts";
import type { LintUnit } from "../../hazards/judge-file.ts";
import { atLeast, isUnreadable, joinReports, type LintReport } from "../../hazards/lint-report.ts";
import type { LintOptions } from "../../hazards/lint-units.ts";
import type { Migration } from "../../migrations/migration.ts";
import { migrationsAtHand, migrationsOf } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { cacheFolder, lintCached } from "../lint-cache.ts";
import { lintPolicy, versionNumber } from "../lint-policy.ts";
import { changedSince, type LintSource, sourceOfFile, sourcesOfMigration } from "../lint-sources.ts";
import { lintGithub } from "../renderers/lint-github.ts";
import { lintGitlab } from "../renderers/lint-gitlab.ts";
import { lintJunit } from "../renderers/lint-junit.ts";
import { lintText } from "../renderers/lint-text.ts";
import { version } from "../version.ts";

export interface LintFlags {
  readonly database?: string;
  readonly schema?: readonly string[];
  readonly serverVersion?: string;
  readonly wrapped?: boolean;
  readonly cache?: boolean;
  readonly since?: string;
  readonly format?: "text" | "json" | "sarif" | "github" | "gitlab" | "junit";
  readonly rule?: readonly string[];
  readonly severity?: Severity;
  readonly failOn?: Severity;
}

/** What is judged, against what. */
interface Work {
  readonly sources: readonly LintSource[];
  readonly options: Omit<LintOptions, "policy">;
}

const FINDINGS = 1;
const UNREADABLE = 2;
const NEWEST_MAJOR = "18";

export async function run(context: CommandContext, args: readonly string[], flags: LintFlags): Promise<CommandResult> {
  const config = await context.config();
  const policy = await lintPolicy(config, flags.rule ?? []);
  const work = await (args.length > 0 ? filesWork(context, args, flags) : projectWork(context, flags));
  const changed = flags.since === undefined ? undefined : changedSince(flags.since, context.cwd);
  const judged = await judge(work, { ...work.options, policy }, cacheOf(flags));
  const reports = judged.filter(({ file }) => changed === undefined || changed.has(file));
  const all = joinReports(reports.map(({ report }) => report));
  const report: LintReport = { ...all, findings: atLeast(all.findings, flags.severity ?? "info") };
  const exitCode = all.unchecked.some(isUnreadable)
    ? UNREADABLE
    : atLeast(all.findings, flags.failOn ?? "error").length > 0
      ? FINDINGS
      : 0;
  const files = new Set(reports.map(({ file }) => file)).size;
  const extra = { exitCode, log: { files, statements: all.statements, findings: report.findings.length } };
  switch (flags.format) {
    case "json":
      return { data: report, text: () => "", isDocument: true, ...extra };
    case "sarif":
      return { data: (await sarif()).lintSarif(report, await version()), text: () => "", isDocument: true, ...extra };
    case "gitlab":
      return { data: lintGitlab(report), text: () => "", isDocument: true, ...extra };
    case "github":
      return commandResult(report, lintGithub, extra);
    case "junit":
      return commandResult(
        report,
        (data) =>
          lintJunit(
            data,
            reports.map(({ file }) => file),
          ),
        extra,
      );
    default:
      return commandResult(report, (data, paint) => lintText(data, files, context.cwd, paint), extra);
  }
}

/** Each source with its report: those that depend on each other in their order, the others as fast as it goes. */
async function judge({ sources }: Work, options: LintOptions, folder: string | undefined): Promise<Judged> {
  const units = sources.flatMap((source) => ("unit" in source ? [source.unit] : []));
  const reports = await (options.state === undefined ? lintCached(units, options, folder) : inOrder(units, options));
  const found = reports.values();
  return sources.map((source) => ({
    file: source.file,
    report: "report" in source ? source.report : (found.next().value ?? NOTHING),
  }));
}

async function inOrder(units: readonly LintUnit[], options: LintOptions): Promise<readonly FileReport[]> {
  const [{ lintUnits }, { loadParser }] = await Promise.all([judging(), parsing()]);
  await loadParser();
  return lintUnits(units, options);
}

// What is judged already needs neither rules nor a parser, and most files are looked at without a database: what is not
// needed is not loaded.
const judging = () => import("../../hazards/lint-units.ts");
const parsing = () => import("../../sql/parse-statement.ts");
const states = () => import("../../catalog/state/catalog-state.ts");
const databases = () => import("../lint-database.ts");
const schemas = () => import("../lint-schema.ts");
const sarif = () => import("../renderers/lint-sarif.ts");

type Judged = readonly { readonly file: string; readonly report: FileReport }[];

const NOTHING: FileReport = { findings: [], unchecked: [], statements: 0 };

/** Sources change under the cache without a sign; what is built has one. */
const cacheOf = (flags: LintFlags): string | undefined =>
  flags.cache === false || import.meta.url.endsWith(".ts") ? undefined : cacheFolder(process.env);

/** Files on their own, or against the database or schema that was named. */
async function filesWork(context: CommandContext, args: readonly string[], flags: LintFlags): Promise<Work> {
  const config = await context.config();
  const files = filesOf(args, context.cwd);
  const known = new Map(migrationsAtHand(config).map((migration) => [migration.file, migration]));
  const sources: LintSource[] = [];
  for (const file of files) {
    const migration = flags.wrapped === true ? undefined : known.get(file);
    sources.push(
      ...(migration === undefined
        ? [sourceOfFile(file, context.cwd, flags.wrapped === true ? "tool" : "none")]
        : await sourcesOfMigration(migration)),
    );
  }
  return { sources, options: await groundOf(context, flags) };
}

/** What files are judged against. */
async function groundOf(context: CommandContext, flags: LintFlags): Promise<Work["options"]> {
  const fallback = versionNumber(flags.serverVersion ?? (await context.config()).lint.serverVersion ?? NEWEST_MAJOR);
  if (flags.database !== undefined) {
    return (await against(context, [])).options;
  }
  if (flags.schema === undefined) {
    return { version: fallback };
  }
  const [{ stateOfSchema }, { loadParser }] = await Promise.all([schemas(), parsing()]);
  await loadParser();
  const state = stateOfSchema(filesOf(flags.schema, context.cwd), context.cwd, fallback);
  return { version: state.version, state };
}

/** The migrations of the project: all, each a run of its own; or those that the database has not applied, as one run. */
async function projectWork(context: CommandContext, flags: LintFlags): Promise<Work> {
  const config = await context.config();
  const migrations = migrationsOf(config);
  if (flags.database === undefined) {
    const options = await groundOf(context, flags);
    const state = options.state ?? (await states()).CatalogState.unknown(options.version);
    return { sources: await sourcesOf(migrations), options: { ...options, state, apart: true } };
  }
  const { options, applied } = await against(context, migrations);
  const pending = migrations.filter(({ id }) => !applied.has(id));
  const newest = migrations.findLastIndex(({ id }) => applied.has(id));
  const inserted = new Set(pending.filter((one) => migrations.indexOf(one) < newest).map(({ id }) => id));
  const sources = await sourcesOf(pending, (id) => (inserted.has(id) ? migrations[newest]?.id : undefined));
  return { sources, options };
}

async function sourcesOf(
  migrations: readonly Migration[],
  before: (id: string) => string | undefined = () => undefined,
): Promise<readonly LintSource[]> {
  const sources: LintSource[] = [];
  for (const migration of migrations) {
    sources.push(...(await sourcesOfMigration(migration, before(migration.id))));
  }
  return sources;
}

/** The database as it is, and which of the migrations it has applied. */
async function against(
  context: CommandContext,
  migrations: readonly Migration[],
): Promise<{ readonly options: Work["options"]; readonly applied: ReadonlySet<string> }> {
  const [{ lookAt }, { CatalogState }] = await Promise.all([databases(), states()]);
  const { catalog, applied } = await lookAt(context, migrations);
  return { options: { version: catalog.facts.server.version, state: CatalogState.of(catalog) }, applied };
}

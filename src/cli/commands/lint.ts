import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { FileReport, Severity } from "../../hazards/finding.ts";
import { atLeast, isUnreadable, joinReports, type LintReport } from "../../hazards/lint-report.ts";
import { type LintOptions, lintUnits } from "../../hazards/lint-units.ts";
import type { Migration } from "../../migrations/migration.ts";
import { connect } from "../../postgres/session.ts";
import { compareHistory } from "../../run/compare-history.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { readState } from "../../run/read-state.ts";
import { migrationsAtHand, migrationsOf, urlToRead } from "../../run/target.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { cacheFolder, lintCached } from "../lint-cache.ts";
import { lintPolicy, versionNumber } from "../lint-policy.ts";
import { stateOfSchema } from "../lint-schema.ts";
import { changedSince, filesOf, type LintSource, sourceOfFile, sourcesOfMigration } from "../lint-sources.ts";
import { lintGithub } from "../renderers/lint-github.ts";
import { lintGitlab } from "../renderers/lint-gitlab.ts";
import { lintJunit } from "../renderers/lint-junit.ts";
import { lintSarif } from "../renderers/lint-sarif.ts";
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
  const policy = lintPolicy(config, flags.rule ?? []);
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
      return { data: lintSarif(report, await version()), text: () => "", isDocument: true, ...extra };
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
  const isApart = options.state === undefined;
  if (!isApart) {
    await loadParser();
  }
  const found = (isApart ? await lintCached(units, options, folder) : lintUnits(units, options)).values();
  return sources.map((source) => ({
    file: source.file,
    report: "report" in source ? source.report : (found.next().value ?? NOTHING),
  }));
}

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
  return { sources, options: await against(context, flags) };
}

/** What files are judged against. */
async function against(context: CommandContext, flags: LintFlags): Promise<Work["options"]> {
  const fallback = versionNumber(flags.serverVersion ?? (await context.config()).lint.serverVersion ?? NEWEST_MAJOR);
  if (flags.database !== undefined) {
    const { catalog } = await lookAt(context);
    return { version: catalog.facts.server.version, state: CatalogState.of(catalog) };
  }
  if (flags.schema !== undefined) {
    await loadParser();
  }
  const state =
    flags.schema === undefined ? undefined : stateOfSchema(filesOf(flags.schema, context.cwd), context.cwd, fallback);
  return state === undefined ? { version: fallback } : { version: state.version, state };
}

/** The migrations of the project: all, each a run of its own; or those that the database has not applied, as one run. */
async function projectWork(context: CommandContext, flags: LintFlags): Promise<Work> {
  const config = await context.config();
  const migrations = migrationsOf(config);
  if (flags.database === undefined) {
    const options = await against(context, flags);
    const state = options.state ?? CatalogState.unknown(options.version);
    return { sources: await sourcesOf(migrations), options: { ...options, state, apart: true } };
  }
  const { catalog, applied } = await lookAt(context, migrations);
  const pending = migrations.filter(({ id }) => !applied.has(id));
  const newest = migrations.findLastIndex(({ id }) => applied.has(id));
  const inserted = new Set(pending.filter((one) => migrations.indexOf(one) < newest).map(({ id }) => id));
  const sources = await sourcesOf(pending, (id) => (inserted.has(id) ? migrations[newest]?.id : undefined));
  return { sources, options: { version: catalog.facts.server.version, state: CatalogState.of(catalog) } };
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

/** The database's catalog with its sizes, and which of the migrations it has applied. */
async function lookAt(
  context: CommandContext,
  migrations: readonly Migration[] = [],
): Promise<{ readonly catalog: Catalog; readonly applied: ReadonlySet<string> }> {
  const url = urlToRead(await context.config());
  return await namingFailures(async () => {
    await using session = await connect(url, { applicationName: "lockkeeper lint" });
    const catalog = await readCatalog(session.query, { facts: true });
    if (migrations.length === 0) {
      return { catalog, applied: new Set<string>() };
    }
    const { pending } = compareHistory(migrations, await readState(session), { allowOutOfOrder: true });
    const open = new Set(pending.map(({ id }) => id));
    return { catalog, applied: new Set(migrations.map(({ id }) => id).filter((id) => !open.has(id))) };
  });
}

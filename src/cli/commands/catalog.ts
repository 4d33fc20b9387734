import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { stableJson } from "../../catalog/stable-json.ts";
import { schemaOfFiles } from "../../desired/sql-files.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { majorOf } from "../lint-policy.ts";

export interface CatalogFlags {
  readonly schema?: readonly string[];
  readonly excludeSchema?: readonly string[];
  readonly facts?: boolean;
  readonly extensions?: boolean;
  readonly fingerprint?: boolean;
  readonly serverVersion?: string;
}

/** A statement of a schema that lasts longer than this does not make one, ms. */
const STATEMENT_TIMEOUT_MS = 60_000;

export async function run(
  context: CommandContext,
  files: readonly string[],
  flags: CatalogFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const catalog = await namingFailures(() =>
    files.length > 0 ? ofFiles(context, files, flags) : ofDatabase(urlToRead(config), flags),
  );
  if (flags.fingerprint === true) {
    return commandResult({ fingerprint: catalogFingerprint(catalog) }, ({ fingerprint }) => fingerprint);
  }
  const ordered: unknown = JSON.parse(stableJson(catalog));
  return { ...commandResult(ordered, () => "", { exact: "all" }), isDocument: true };
}

async function ofDatabase(url: string, flags: CatalogFlags): Promise<Catalog> {
  await using session = await connect(url, { applicationName: "lockkeeper catalog" });
  return await read(session, flags);
}

/** The catalog of what SQL files make in a scratch database. */
async function ofFiles(context: CommandContext, files: readonly string[], flags: CatalogFlags): Promise<Catalog> {
  const config = await context.config();
  const { catalogOfSchema } = await import("../../desired/in-scratch.ts");
  const { catalog, leftOut } = await catalogOfSchema(
    {
      places: {
        ...config.scratch,
        major: flags.serverVersion === undefined ? undefined : majorOf(flags.serverVersion),
      },
      schema: schemaOfFiles(files, context.cwd),
      timeoutMs: STATEMENT_TIMEOUT_MS,
      signal: context.endOnSignals().soon,
    },
    (session) => read(session, flags),
  );
  for (const { file, line, reason } of leftOut) context.note(`Left out: ${file}:${line}: ${reason}.`);
  return catalog;
}

async function read({ query }: Session, flags: CatalogFlags): Promise<Catalog> {
  return await readCatalog(query, {
    schemas: {
      ...(flags.schema === undefined ? {} : { include: flags.schema }),
      ...(flags.excludeSchema === undefined ? {} : { exclude: flags.excludeSchema }),
    },
    facts: flags.facts === true,
    extensions: flags.extensions === true,
  });
}

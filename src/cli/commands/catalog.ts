import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { stableJson } from "../../catalog/stable-json.ts";
import { connect } from "../../postgres/session.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { urlToRead } from "../../run/target.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";

export interface CatalogFlags {
  readonly schema?: readonly string[];
  readonly excludeSchema?: readonly string[];
  readonly facts?: boolean;
  readonly extensions?: boolean;
  readonly fingerprint?: boolean;
}

export async function run(
  context: CommandContext,
  _args: readonly string[],
  flags: CatalogFlags,
): Promise<CommandResult> {
  const config = await context.config();
  const catalog = await namingFailures(() => read(urlToRead(config), flags));
  if (flags.fingerprint === true) {
    return commandResult({ fingerprint: catalogFingerprint(catalog) }, ({ fingerprint }) => fingerprint);
  }
  const ordered: unknown = JSON.parse(stableJson(catalog));
  return { ...commandResult(ordered, () => ""), isDocument: true };
}

async function read(url: string, flags: CatalogFlags): Promise<Catalog> {
  await using session = await connect(url, { applicationName: "lockkeeper catalog" });
  return await readCatalog(session.query, {
    schemas: {
      ...(flags.schema === undefined ? {} : { include: flags.schema }),
      ...(flags.excludeSchema === undefined ? {} : { exclude: flags.excludeSchema }),
    },
    facts: flags.facts === true,
    extensions: flags.extensions === true,
  });
}

import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { CATALOG_FORMAT, type Catalog, LISTS_IN_SCHEMAS } from "./catalog.ts";

const LISTS = [
  "schemas",
  ...LISTS_IN_SCHEMAS,
  "extensions",
  "eventTriggers",
  "publications",
  "subscriptions",
  "foreignDataWrappers",
  "foreignServers",
  "userMappings",
  "defaultPrivileges",
  "unmodelled",
  "dependencies",
] as const satisfies readonly (keyof Catalog)[];

/**
 * Reads a catalog that `stableJson` wrote.
 *
 * @param source what to call the text in a message, such as the file's name
 * @throws LockkeeperError `snapshot_invalid`
 */
export function parseCatalog(json: string, source = "the stored catalog"): Catalog {
  const data = parsed(json, source);
  const format = data["format"];
  if (format !== CATALOG_FORMAT) {
    const found = typeof format === "number" ? `the format ${format}` : "no format number";
    throw invalid(`${source} has ${found}; this program reads the format ${CATALOG_FORMAT}.`);
  }
  const missing = LISTS.filter((list) => !Array.isArray(data[list]));
  if (missing.length > 0 || typeof data["facts"] !== "object" || data["facts"] === null) {
    throw invalid(`${source} is no whole catalog: it lacks ${[...missing, "facts"][0]}.`);
  }
  // Further down it is as this program wrote it: the format number vouches for that.
  return data as unknown as Catalog;
}

function parsed(json: string, source: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(json);
    if (typeof data === "object" && data !== null) {
      return data as Record<string, unknown>;
    }
  } catch (cause) {
    throw invalid(`${source} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  throw invalid(`${source} is JSON, but no catalog.`);
}

function invalid(message: string, cause?: unknown): LockkeeperError {
  return new LockkeeperError("snapshot_invalid", { message, cause });
}

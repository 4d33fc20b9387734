import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { parseCatalog } from "../catalog/parse-catalog.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import { emptyCatalog } from "../catalog/state/empty-catalog.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { OnlineContext } from "../online/online-context.ts";
import { onlinePolicy, type RunPolicy } from "../run/policy.ts";
import { versionNumber } from "./lint-policy.ts";

export interface OfflineFlags {
  /** What `lockkeeper catalog` printed. */
  readonly catalog?: string;
  readonly serverVersion?: string;
}

/**
 * What to plan on where no database is asked: a stored catalog, or an empty database of a server version. A version
 * beside a catalog says on which server it is to be.
 *
 * @throws LockkeeperError `snapshot_invalid`, `migrations_unreadable`, `usage`
 */
export function offlineContext(
  { catalog: file, serverVersion }: OfflineFlags,
  cwd: string,
  policy: RunPolicy,
): OnlineContext {
  const version = serverVersion === undefined ? undefined : versionNumber(serverVersion);
  const catalog = file === undefined ? emptyCatalog(version ?? 0) : readCatalogFile(file, cwd);
  return {
    state: CatalogState.of(version === undefined ? catalog : onServer(catalog, version), {
      ...(policy.role === undefined ? {} : { user: policy.role }),
    }),
    policy: onlinePolicy(policy),
  };
}

function readCatalogFile(file: string, cwd: string): Catalog {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (cause) {
    throw new LockkeeperError("usage", {
      message: `--catalog: ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      notDone: "Nothing was planned.",
      cause,
    });
  }
  return parseCatalog(withoutEnvelope(text), file);
}

/** `--json` puts every result into an envelope. */
function withoutEnvelope(text: string): string {
  const envelope = /^\s*\{\s*"ok"\s*:\s*true\b/.test(text) ? (JSON.parse(text) as { result?: unknown }) : undefined;
  return envelope?.result === undefined ? text : JSON.stringify(envelope.result);
}

const onServer = (catalog: Catalog, version: number): Catalog => ({
  ...catalog,
  facts: { ...catalog.facts, server: { ...catalog.facts.server, version } },
});

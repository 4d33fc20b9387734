import type { Catalog } from "../catalog/catalog.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import { emptyCatalog } from "../catalog/state/empty-catalog.ts";
import { storedCatalog } from "../desired/stored-catalog.ts";
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
export const offlineContext = (flags: OfflineFlags, cwd: string, policy: RunPolicy): OnlineContext => ({
  state: CatalogState.of(offlineCatalog(flags, cwd), {
    ...(policy.role === undefined ? {} : { user: policy.role }),
  }),
  policy: onlinePolicy(policy),
});

/** @throws LockkeeperError `snapshot_invalid`, `migrations_unreadable`, `usage` */
export function offlineCatalog({ catalog: file, serverVersion }: OfflineFlags, cwd: string): Catalog {
  const version = serverVersion === undefined ? undefined : versionNumber(serverVersion);
  const catalog = file === undefined ? emptyCatalog(version ?? 0) : storedCatalog(file, cwd);
  return version === undefined ? catalog : onServer(catalog, version);
}

const onServer = (catalog: Catalog, version: number): Catalog => ({
  ...catalog,
  facts: { ...catalog.facts, server: { ...catalog.facts.server, version } },
});

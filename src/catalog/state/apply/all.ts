import type { Appliers } from "./applier.ts";
import { CREATE_INDEX_APPLIERS } from "./create-index.ts";
import { CREATE_TABLE_APPLIERS } from "./create-table.ts";
import { DROP_APPLIERS } from "./drop.ts";
import { SETTING_APPLIERS } from "./settings.ts";
import { STATISTICS_APPLIERS } from "./statistics.ts";
import { TRANSACTION_APPLIERS } from "./transactions.ts";

/** What follows each kind of statement; the others change nothing that a catalog holds. */
export const APPLIERS: Appliers = {
  ...CREATE_TABLE_APPLIERS,
  ...CREATE_INDEX_APPLIERS,
  ...STATISTICS_APPLIERS,
  ...DROP_APPLIERS,
  ...SETTING_APPLIERS,
  ...TRANSACTION_APPLIERS,
};

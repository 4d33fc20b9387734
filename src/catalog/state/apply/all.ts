import type { ParsedStatement } from "../../../sql/parse-statement.ts";
import type { CatalogState } from "../catalog-state.ts";
import { ALTER_TABLE_APPLIERS } from "./alter-table.ts";
import type { Applier, Appliers, Applying } from "./applier.ts";
import { COMMENT_APPLIERS } from "./comments.ts";
import { CREATE_INDEX_APPLIERS } from "./create-index.ts";
import { CREATE_TABLE_APPLIERS } from "./create-table.ts";
import { doAppliers } from "./do-block.ts";
import { DROP_APPLIERS } from "./drop.ts";
import { RENAME_APPLIERS } from "./rename.ts";
import { ROUTINE_APPLIERS } from "./routines.ts";
import { ROW_APPLIERS } from "./rows.ts";
import { schemaAppliers } from "./schemas.ts";
import { SEQUENCE_APPLIERS } from "./sequences.ts";
import { SETTING_APPLIERS } from "./settings.ts";
import { STATISTICS_APPLIERS } from "./statistics.ts";
import { TRANSACTION_APPLIERS } from "./transactions.ts";
import { TRIGGER_APPLIERS } from "./triggers.ts";
import { TYPE_APPLIERS } from "./types.ts";
import { VIEW_APPLIERS } from "./views.ts";

/** What follows each kind of statement; the others change nothing that a catalog holds. */
const APPLIERS: Appliers = {
  ...ALTER_TABLE_APPLIERS,
  ...CREATE_TABLE_APPLIERS,
  ...CREATE_INDEX_APPLIERS,
  ...STATISTICS_APPLIERS,
  ...DROP_APPLIERS,
  ...ROUTINE_APPLIERS,
  ...SEQUENCE_APPLIERS,
  ...SETTING_APPLIERS,
  ...TRANSACTION_APPLIERS,
  ...TRIGGER_APPLIERS,
  ...TYPE_APPLIERS,
  ...COMMENT_APPLIERS,
  ...RENAME_APPLIERS,
  ...ROW_APPLIERS,
  ...VIEW_APPLIERS,
  ...schemaAppliers(followInside),
  ...doAppliers(followInside),
};

/** What stands inside of another statement, which says itself what could not be followed. */
function followInside(statement: ParsedStatement, state: CatalogState): void {
  followStatement(statement, { state, unfollowed: () => {} });
}

export function followStatement({ tag, node }: ParsedStatement, applying: Applying): void {
  // The table pairs every tag with the applier of its node.
  const apply = APPLIERS[tag] as Applier<typeof tag> | undefined;
  apply?.(node as never, applying);
}

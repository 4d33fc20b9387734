import type { AlterTableCmd } from "libpg-query";
import type { Table } from "../../model/table.ts";
import type { CatalogState } from "../catalog-state.ts";

/** One subcommand of ALTER TABLE on a table that is known. */
export interface Alteration {
  readonly state: CatalogState;
  /** As it is before the subcommand. */
  readonly table: Table;
  readonly command: AlterTableCmd;
  /** False with ONLY. */
  readonly recurse: boolean;
  readonly unfollowed: (what: string) => void;
}

/** Returns false for subcommands of another family. */
export type Alter = (alteration: Alteration) => boolean;

import type { AlterTableCmd } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { OnlineContext, Written } from "./online-context.ts";

/** One subcommand of an ALTER TABLE, as a statement of its own. */
export interface Subcommand {
  /** Of `statement`: its places are places in that text. */
  readonly command: AlterTableCmd;
  /** As written, such as `ADD COLUMN a int`. */
  readonly text: string;
  /** `ALTER TABLE IF EXISTS ONLY "T"`. */
  readonly head: string;
  /** `head` and `text`. */
  readonly statement: Written;
  readonly table: Table;
  readonly only: boolean;
  /** True: the only one of its statement. */
  readonly isAlone?: boolean;
  /** What the whole ALTER TABLE found. */
  readonly original: OnlineContext;
}

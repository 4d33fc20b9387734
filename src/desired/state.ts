import type { Catalog } from "../catalog/catalog.ts";
import type { Managed } from "./left-alone.ts";
import type { Grants } from "./load-schema.ts";
import type { LeftOut } from "./schema-source.ts";
import type { WrittenRename } from "./written-renames.ts";

/** A role of a name that no schema says: it stands for whoever runs statements, where nobody knows who that is. */
export const RUNNER = "lockkeeper_runner";

/** A state of a schema, and what is known of it beside. */
export interface State {
  readonly catalog: Catalog;
  /** SQL without a GRANT leaves privileges as they are. */
  readonly grants: Grants;
  /** Who loaded the SQL: what belongs to this role was said to be nobody's. */
  readonly loader?: string;
  /** Who is connected to the database. */
  readonly user?: string;
  readonly renames: readonly WrittenRename[];
  readonly leftOut: readonly LeftOut[];
  /** What others make there, and no schema says. */
  readonly managed: Managed;
  /** What of a database counts as done already; undefined where nobody looked. */
  readonly open?: OpenWork;
}

/** What Lockkeeper has still to do in a database, by migrations. */
export interface OpenWork {
  /** What they left standing is removed by contract. */
  readonly waiting: readonly string[];
  /** A part was run, and the rest was not. */
  readonly begun: readonly string[];
}

import type { Catalog } from "../catalog/catalog.ts";
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
}

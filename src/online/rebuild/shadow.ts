import type { Column } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { freeName } from "../free-name.ts";
import { quarantineName } from "../hidden-name.ts";
import type { OnlineContext } from "../online-context.ts";

/** A table that is written again beside itself, under the same name in a schema of its own, and then takes its place. */
export interface Shadow {
  /** As it is found. */
  readonly table: Table;
  /** As it is to be. */
  readonly after: Table;
  readonly context: OnlineContext;
  /** The new one until the swap. */
  readonly fresh: QualifiedName;
  /** The old one from the swap on, until `contract`. */
  readonly kept: QualifiedName;
  /** The keys of rows that others wrote. */
  readonly log: QualifiedName;
  /** The columns by which a row is told from others. */
  readonly key: readonly Column[];
  /** Whether rows are copied in the order of the key. */
  readonly ordered: boolean;
  /** Subcommands of ALTER TABLE that change the empty table, such as `ADD COLUMN c positive`. */
  readonly changes: readonly string[];
  /** The partitions of the new table; absent: it has none. */
  readonly layout?: Layout;
}

/** How the rows of the new table lie in partitions. */
export interface Layout {
  /** Behind PARTITION BY: `LIST (region)`. */
  readonly by: string;
  readonly columns: readonly string[];
  /** `bound`: `FOR VALUES …` or `DEFAULT`. */
  readonly partitions: readonly { readonly name: string; readonly bound: string }[];
  /** By the name of a key, or of a unique index, the columns that are to be unique in the place of its own. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** Which of the two bears the name. */
export type Side = "old" | "new";

/** Schemas, and names within them, that nothing else has. */
export function shadowNames(
  table: Table,
  state: CatalogState,
  layout?: Layout,
): Pick<Shadow, "fresh" | "kept" | "log"> {
  const schemas = new Set([...state.store.maps.schemas.values()].map(({ name }) => name));
  const free = (base: string): string => freeName(base, (name) => schemas.has(name));
  const { name } = table;
  const work = free(`lockkeeper_rebuild_${name}`);
  const taken = new Set([name, ...[...table.indexes, ...(layout?.partitions ?? [])].map((one) => one.name)]);
  const log = freeName("lockkeeper_log", (one) => taken.has(one));
  return {
    fresh: { schema: work, name },
    kept: { schema: free(quarantineName(name)), name },
    log: { schema: work, name: log },
  };
}

/** Those that rows are copied by: what is generated is computed again. */
export const copiedColumns = ({ columns }: Table): readonly string[] =>
  columns.filter(({ generated }) => generated === undefined).map(({ name }) => name);

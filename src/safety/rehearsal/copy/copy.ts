import type { LeftOut } from "../../../desired/schema-source.ts";
import type { FilledTables } from "../../../trace/rows/fill-tables.ts";
import type { CopyKind } from "../rehearsal-report.ts";

/** A database in which everything may be done; what becomes of it is settled when it is disposed of. */
export interface Copy extends AsyncDisposable {
  readonly url: string;
  readonly kind: CopyKind;
  /** What it is a copy of, for people. */
  readonly of: string;
  /** Whoever else is on its server may feel nothing of what is done to the server: there is nobody, or it may go. */
  readonly ownServer: boolean;
  readonly filled?: FilledTables;
  readonly leftOut?: readonly LeftOut[];
  /** What people should know of it, in whole sentences. */
  readonly notes: readonly string[];
}

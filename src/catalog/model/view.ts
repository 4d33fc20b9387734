import type { Column } from "./column.ts";
import type { Governed } from "./grant.ts";
import type { Options, QualifiedName } from "./names.ts";
import type { Rule } from "./rule.ts";
import type { TableIndex } from "./table-index.ts";
import type { Trigger } from "./trigger.ts";

export interface View extends QualifiedName, Governed {
  /** pg_get_viewdef: the query, with a semicolon at its end. */
  readonly definition: string;
  /** Such as `security_barrier`, `security_invoker`, `check_option`. */
  readonly options?: Options;
  readonly columns: readonly Column[];
  readonly triggers: readonly Trigger[];
  readonly rules: readonly Rule[];
}

export interface MaterializedView extends QualifiedName, Governed {
  readonly definition: string;
  readonly options?: Options;
  readonly accessMethod?: string;
  readonly tablespace?: string;
  /** False: WITH NO DATA and not refreshed since. */
  readonly populated: boolean;
  readonly columns: readonly Column[];
  readonly indexes: readonly TableIndex[];
}

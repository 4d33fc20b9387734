import type { Rule } from "./rule.ts";
import { BLOCKING_COLUMNS } from "./rules/blocking-columns.ts";
import { BLOCKING_CONSTRAINTS } from "./rules/blocking-constraints.ts";
import { BLOCKING_DOMAINS } from "./rules/blocking-domains.ts";
import { BLOCKING_INDEXES } from "./rules/blocking-indexes.ts";
import { BLOCKING_NEW_COLUMNS } from "./rules/blocking-new-columns.ts";
import { BLOCKING_REWRITES } from "./rules/blocking-rewrites.ts";
import { BLOCKING_TYPES } from "./rules/blocking-types.ts";
import { CLIENTS } from "./rules/clients.ts";
import { COLUMNS_OF_CLIENTS } from "./rules/columns-of-clients.ts";
import { DATA_FAILURES } from "./rules/data-failures.ts";
import { DATA_LOSS } from "./rules/data-loss.ts";
import { DATA_LOSS_OF_ROWS } from "./rules/data-loss-of-rows.ts";
import { DESIGN } from "./rules/design.ts";
import { KEYS_IN_DESIGN } from "./rules/keys-in-design.ts";
import { LOCKS } from "./rules/locks.ts";
import { PARTITIONS } from "./rules/partitions.ts";
import { TIMEOUTS } from "./rules/timeouts.ts";
import { TRANSACTIONS } from "./rules/transactions.ts";
import { TYPES_IN_DESIGN } from "./rules/types-in-design.ts";
import { WORK_IN_TRANSACTIONS } from "./rules/work-in-transactions.ts";

/** Every rule, group by group. */
export const RULES: readonly Rule[] = [
  ...BLOCKING_INDEXES,
  ...BLOCKING_NEW_COLUMNS,
  ...BLOCKING_COLUMNS,
  ...BLOCKING_TYPES,
  ...BLOCKING_CONSTRAINTS,
  ...BLOCKING_REWRITES,
  ...PARTITIONS,
  ...BLOCKING_DOMAINS,
  ...TIMEOUTS,
  ...LOCKS,
  ...TRANSACTIONS,
  ...WORK_IN_TRANSACTIONS,
  ...DATA_LOSS,
  ...DATA_LOSS_OF_ROWS,
  ...CLIENTS,
  ...COLUMNS_OF_CLIENTS,
  ...DATA_FAILURES,
  ...TYPES_IN_DESIGN,
  ...KEYS_IN_DESIGN,
  ...DESIGN,
];

import { BULK_CASES } from "./cases/bulk-writes.ts";
import { CHECK_CASES } from "./cases/checks.ts";
import { COLUMN_CASES } from "./cases/columns.ts";
import { FILL_CASES } from "./cases/fills.ts";
import { FOREIGN_KEY_CASES } from "./cases/foreign-keys.ts";
import { INDEX_CASES } from "./cases/indexes.ts";
import { KEPT_TYPE_CASES } from "./cases/kept-types.ts";
import { KEY_CASES } from "./cases/keys.ts";
import { NOT_NULL_CASES } from "./cases/not-null.ts";
import { PARTITION_CASES } from "./cases/partitions.ts";
import { REBUILD_CASES } from "./cases/rebuilds.ts";
import { RETYPE_CASES } from "./cases/retypes.ts";
import { SEVERAL_CASES } from "./cases/several.ts";
import { SMALL_CASES } from "./cases/small.ts";
import { TYPE_CASES } from "./cases/types.ts";
import type { OnlineCase } from "./online-case.ts";

export const CASES: readonly OnlineCase[] = [
  ...INDEX_CASES,
  ...NOT_NULL_CASES,
  ...CHECK_CASES,
  ...KEY_CASES,
  ...FOREIGN_KEY_CASES,
  ...COLUMN_CASES,
  ...FILL_CASES,
  ...TYPE_CASES,
  ...RETYPE_CASES,
  ...REBUILD_CASES,
  ...PARTITION_CASES,
  ...SEVERAL_CASES,
  ...BULK_CASES,
  ...SMALL_CASES,
  ...KEPT_TYPE_CASES,
];

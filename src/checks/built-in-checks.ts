import { ACCESS_CHECKS } from "./built-in/access.ts";
import { CONSTRAINT_CHECKS } from "./built-in/constraints.ts";
import { CORRUPTION_CHECKS } from "./built-in/corruption.ts";
import { HEALTH_CHECKS } from "./built-in/health.ts";
import { INDEX_CHECKS } from "./built-in/indexes.ts";
import { KEY_CHECKS } from "./built-in/keys.ts";
import { OBJECT_CHECKS } from "./built-in/objects.ts";
import { PARTITION_CHECKS } from "./built-in/partitions.ts";
import { REPLICATION_CHECKS } from "./built-in/replication.ts";
import { ROUTINE_CHECKS } from "./built-in/routines.ts";
import { ROW_CHECKS } from "./built-in/rows.ts";
import { RUN_CHECKS } from "./built-in/runs.ts";
import { SEQUENCE_CHECKS } from "./built-in/sequences.ts";
import { SYNC_CHECKS } from "./built-in/synced.ts";
import { TABLE_CHECKS } from "./built-in/tables.ts";
import type { Check } from "./check.ts";

/** The checks that need nothing but a database. */
export const BUILT_IN_CHECKS: readonly Check[] = [
  ...TABLE_CHECKS,
  ...PARTITION_CHECKS,
  ...KEY_CHECKS,
  ...CONSTRAINT_CHECKS,
  ...INDEX_CHECKS,
  ...CORRUPTION_CHECKS,
  ...ROW_CHECKS,
  ...SYNC_CHECKS,
  ...SEQUENCE_CHECKS,
  ...OBJECT_CHECKS,
  ...ROUTINE_CHECKS,
  ...ACCESS_CHECKS,
  ...RUN_CHECKS,
  ...REPLICATION_CHECKS,
  ...HEALTH_CHECKS,
];

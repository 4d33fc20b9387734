import { CONSTRAINT_CHECKS } from "./built-in/constraints.ts";
import { HEALTH_CHECKS } from "./built-in/health.ts";
import { INDEX_CHECKS } from "./built-in/indexes.ts";
import { KEY_CHECKS } from "./built-in/keys.ts";
import { OBJECT_CHECKS } from "./built-in/objects.ts";
import { REPLICATION_CHECKS } from "./built-in/replication.ts";
import { SEQUENCE_CHECKS } from "./built-in/sequences.ts";
import { TABLE_CHECKS } from "./built-in/tables.ts";
import type { Check } from "./check.ts";

/** The checks that need nothing but a database. */
export const BUILT_IN_CHECKS: readonly Check[] = [
  ...TABLE_CHECKS,
  ...KEY_CHECKS,
  ...CONSTRAINT_CHECKS,
  ...INDEX_CHECKS,
  ...SEQUENCE_CHECKS,
  ...OBJECT_CHECKS,
  ...REPLICATION_CHECKS,
  ...HEALTH_CHECKS,
];

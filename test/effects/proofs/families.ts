import { COLUMNS } from "./families/columns.ts";
import { TABLE_SETTINGS } from "./families/columns-of-tables.ts";
import { CONSTRAINTS } from "./families/constraints.ts";
import { DROPS } from "./families/drops.ts";
import { INDEXES } from "./families/indexes.ts";
import { KEYS } from "./families/keys.ts";
import { MAINTENANCE } from "./families/maintenance.ts";
import { OBJECTS } from "./families/objects.ts";
import { OFFENDERS } from "./families/offenders.ts";
import { PARTITIONS } from "./families/partitions.ts";
import { QUERIES } from "./families/queries.ts";
import { TABLES } from "./families/tables.ts";
import { TYPES } from "./families/types.ts";
import type { ProofFamily } from "./proof.ts";

export const PROOF_FAMILIES: readonly ProofFamily[] = [
  INDEXES,
  MAINTENANCE,
  QUERIES,
  TABLES,
  PARTITIONS,
  DROPS,
  OBJECTS,
  OFFENDERS,
  COLUMNS,
  CONSTRAINTS,
  KEYS,
  TABLE_SETTINGS,
  TYPES,
];

import type { Pair } from "../pair.ts";
import { POLICY_PAIRS, TRIGGER_PAIRS } from "./behaviour.ts";
import { CHAIN_PAIRS, NAME_PAIRS } from "./chains.ts";
import { COLUMN_PAIRS } from "./columns.ts";
import { CONSTRAINT_PAIRS } from "./constraints.ts";
import { EXTENSION_PAIRS, FOREIGN_PAIRS, REPLICATION_PAIRS, UNSUPPORTED_PAIRS } from "./database-wide.ts";
import { FOUND_PAIRS } from "./found-by-chance.ts";
import { INDEX_PAIRS } from "./indexes.ts";
import { INHERITANCE_PAIRS, PARTITION_PAIRS } from "./partitions.ts";
import { PRIVILEGE_PAIRS } from "./privileges.ts";
import { SEQUENCE_PAIRS, TYPE_PAIRS } from "./sequences-and-types.ts";
import { TABLE_PAIRS } from "./tables.ts";
import { ROUTINE_PAIRS, VIEW_PAIRS } from "./views-and-routines.ts";

/** Every pair, by kind of object. */
export const PAIRS: Readonly<Record<string, readonly Pair[]>> = {
  tables: TABLE_PAIRS,
  columns: COLUMN_PAIRS,
  constraints: CONSTRAINT_PAIRS,
  indexes: INDEX_PAIRS,
  sequences: SEQUENCE_PAIRS,
  types: TYPE_PAIRS,
  views: VIEW_PAIRS,
  routines: ROUTINE_PAIRS,
  triggers: TRIGGER_PAIRS,
  policies: POLICY_PAIRS,
  partitions: PARTITION_PAIRS,
  inheritance: INHERITANCE_PAIRS,
  privileges: PRIVILEGE_PAIRS,
  replication: REPLICATION_PAIRS,
  "foreign data": FOREIGN_PAIRS,
  extensions: EXTENSION_PAIRS,
  "not modelled": UNSUPPORTED_PAIRS,
  chains: CHAIN_PAIRS,
  names: NAME_PAIRS,
  "found by chance": FOUND_PAIRS,
};

import type { AttributeCase } from "../attribute-case.ts";
import { EVENT_TRIGGER_CASES, TRIGGER_CASES } from "./behaviour.ts";
import { COLUMN_CASES } from "./columns.ts";
import { CONSTRAINT_CASES } from "./constraints.ts";
import {
  EXTENSION_CASES,
  FOREIGN_DATA_CASES,
  PRIVILEGE_CASES,
  REPLICATION_CASES,
  UNMODELLED_CASES,
} from "./database-wide.ts";
import { INDEX_CASES } from "./indexes.ts";
import { SEQUENCE_CASES, TYPE_CASES } from "./sequences-and-types.ts";
import { TABLE_CASES } from "./tables.ts";
import { ROUTINE_CASES, VIEW_CASES } from "./views-and-routines.ts";

export const ATTRIBUTE_CASES: readonly AttributeCase[] = [
  ...COLUMN_CASES,
  ...TABLE_CASES,
  ...CONSTRAINT_CASES,
  ...INDEX_CASES,
  ...SEQUENCE_CASES,
  ...TYPE_CASES,
  ...VIEW_CASES,
  ...ROUTINE_CASES,
  ...TRIGGER_CASES,
  ...EVENT_TRIGGER_CASES,
  ...REPLICATION_CASES,
  ...FOREIGN_DATA_CASES,
  ...PRIVILEGE_CASES,
  ...EXTENSION_CASES,
  ...UNMODELLED_CASES,
];

import type { Kind } from "../kind.ts";
import { CONSTRAINTS } from "./constraints.ts";
import { FILLS } from "./fills.ts";
import { PARTITIONS } from "./partitions.ts";
import { REBUILDS } from "./rebuilds.ts";
import { RESHAPES } from "./reshapes.ts";
import { ROWS } from "./rows.ts";
import { TYPES, TYPES_WITH_DEPENDENTS } from "./types.ts";

export const KINDS: readonly Kind[] = [
  ...FILLS,
  ...TYPES,
  ...TYPES_WITH_DEPENDENTS,
  ...CONSTRAINTS,
  ...REBUILDS,
  ...PARTITIONS,
  ...RESHAPES,
  ...ROWS,
];

import { INDEXES } from "./families/indexes.ts";
import { MAINTENANCE } from "./families/maintenance.ts";
import { QUERIES } from "./families/queries.ts";
import type { ProofFamily } from "./proof.ts";

export const PROOF_FAMILIES: readonly ProofFamily[] = [INDEXES, MAINTENANCE, QUERIES];

import { INDEXES } from "./families/indexes.ts";
import type { ProofFamily } from "./proof.ts";

export const PROOF_FAMILIES: readonly ProofFamily[] = [INDEXES];

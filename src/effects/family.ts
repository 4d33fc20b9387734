import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { NodeOf, NodeTag } from "../sql/parse-statement.ts";
import type { EffectSet } from "./effect-set.ts";

/** Says what statements of one kind do: `state` is the catalog before the statement, and is not changed. */
export type Family<T extends NodeTag> = (node: NodeOf<T>, state: CatalogState, effects: EffectSet) => void;

/** The families of a room, by the parser's names of their statements. */
export type Families = { readonly [T in NodeTag]?: Family<T> };

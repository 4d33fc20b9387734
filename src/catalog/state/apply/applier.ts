import type { NodeOf, NodeTag } from "../../../sql/parse-statement.ts";
import type { CatalogState } from "../catalog-state.ts";

/** What a statement is applied to. */
export interface Applying {
  readonly state: CatalogState;
  /** Says what could not be followed. */
  readonly unfollowed: (what: string) => void;
}

export type Applier<T extends NodeTag> = (node: NodeOf<T>, applying: Applying) => void;

export type Appliers = { readonly [T in NodeTag]?: Applier<T> };

import type { ObjectId } from "../catalog/object-id.ts";

/** One statement. */
export interface Action {
  /** Without a semicolon. */
  readonly sql: string;
  readonly creates?: readonly ObjectId[];
  readonly drops?: readonly ObjectId[];
  readonly alters?: readonly ObjectId[];
  /** What it gives other names for a while, so that others can have the old ones before it gets the new ones. */
  readonly frees?: readonly ObjectId[];
  /** Beside what the elements it creates or alters need: what must be there, in its new form, before it runs. */
  readonly needs?: readonly ObjectId[];
  /** Names of its own making that other actions may need. */
  readonly marks?: readonly string[];
  /** What it makes can be used only after a commit. */
  readonly commitAfter?: true;
  /** A body that the server does not look into before it runs, when told so, may name what comes later. */
  readonly lateBound?: true;
  /** What is lost, in words. */
  readonly losesRows?: string;
  /** It grants or revokes, or says as whom. */
  readonly grants?: true;
  /** It is said even where what it goes with would take it along. */
  readonly apart?: true;
  /** How it becomes a part of the statement that creates another element, when nothing has to come in between. */
  readonly fold?: Fold;
  /** Its SQL with what was folded into it; in the order of their places. */
  readonly compose?: (parts: readonly Fold[]) => string;
}

export interface Fold {
  /** The element whose creating action takes it up. */
  readonly into: ObjectId;
  /** What stands there for it; a function where other actions are folded into this one. */
  readonly text: string | ((parts: readonly Fold[]) => string);
  /** Where among its like. */
  readonly slot: "column" | "constraint" | "default" | "link";
  readonly place: number;
}

import type { NodeOf, NodeTag } from "../../sql/parse-statement.ts";
import type { UndoItem } from "../plan.ts";
import type { CreatedObjects } from "./created-objects.ts";
import { tolerate } from "./tolerate.ts";

/** The undo of a statement, asked for once the whole migration was followed. */
export type Derivation = () => readonly UndoItem[];

/** What is known of a migration on the way through it. */
export interface Following {
  readonly created: CreatedObjects;
  /** A role that the migration makes cannot be dropped while it holds anything. */
  readonly makesRoles: boolean;
  /** Whether, once the whole migration was followed, what the statement makes or changes may have been taken along. */
  readonly mayBeGone: () => boolean;
}

/** Undefined where the statement is derived as if it stood alone. */
export type Follow<T extends NodeTag> = (node: NodeOf<T>, following: Following) => Derivation | undefined;

export const nothing: Derivation = () => [];

/** What hangs on a made object goes with it: its undo need not be certain. */
export const forgiving =
  (derive: Derivation): Derivation =>
  () =>
    derive().filter((item) => !("refused" in item));

/** What the statement changes may be gone by the time it is taken back. */
export const tolerant =
  (derive: Derivation, mayBeGone: () => boolean): Derivation =>
  () =>
    mayBeGone() ? derive().map(tolerate) : derive();

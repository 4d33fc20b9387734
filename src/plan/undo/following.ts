import type { NodeOf, NodeTag } from "../../sql/parse-statement.ts";
import type { UndoItem } from "../plan.ts";
import type { CreatedObjects } from "./created-objects.ts";

/** The undo of a statement, asked for once the whole migration was followed. */
export type Derivation = () => readonly UndoItem[];

/** What is known of a migration on the way through it. */
export interface Following {
  readonly created: CreatedObjects;
  /** A role that the migration makes cannot be dropped while it holds anything. */
  readonly makesRoles: boolean;
  /** A column that the migration removes takes indexes and constraints along. */
  readonly dropsColumns: boolean;
}

/** Undefined where the statement is derived as if it stood alone. */
export type Follow<T extends NodeTag> = (node: NodeOf<T>, following: Following) => Derivation | undefined;

export const nothing: Derivation = () => [];

/** What hangs on a made object goes with it: its undo need not be certain. */
export const forgiving =
  (derive: Derivation): Derivation =>
  () =>
    derive().filter((item) => !("refused" in item));

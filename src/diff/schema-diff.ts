import type { ObjectId } from "../catalog/object-id.ts";
import type { Element } from "./element.ts";
import type { ElementKind } from "./element-values.ts";

export interface DiffOptions {
  /** Columns in another order are a difference: one that no statement mends. Default false. */
  readonly columnOrder?: boolean;
  /** Default true. */
  readonly owners?: boolean;
  /** Default true. */
  readonly grants?: boolean;
  /** Default true. */
  readonly comments?: boolean;
  /** Who runs the statements and so owns what they make. Default: the one who owns everything, when there is one. */
  readonly role?: string;
  readonly renames?: readonly Rename[];
}

/** An object of the one side that is called otherwise on the other. */
export interface Rename {
  readonly from: ObjectId;
  readonly to: ObjectId;
}

export interface SchemaDiff {
  /** In the order of ids. */
  readonly changes: readonly Change[];
  /** In the order in which they must run. */
  readonly statements: readonly DiffStatement[];
}

export interface DiffStatement {
  /** Without a semicolon. */
  readonly sql: string;
  /** What it makes can be used only after a commit. */
  readonly commitAfter?: true;
  /** What is lost, in words. */
  readonly losesRows?: string;
  /** It grants or revokes, or says as whom. */
  readonly grants?: true;
  /** What it makes, changes or takes away. */
  readonly for: readonly ObjectId[];
}

export interface Change {
  readonly type: "added" | "removed" | "changed" | "renamed";
  readonly id: ObjectId;
  readonly kind: ElementKind;
  readonly before?: Element;
  readonly after?: Element;
  /** Of `changed`: the fields of the value that differ, and `owner`, `comment` or `grants`. */
  readonly fields?: readonly string[];
  /** No statement of ours leads there. */
  readonly unsupported?: true;
}

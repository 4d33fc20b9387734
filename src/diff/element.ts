import type { Grant } from "../catalog/model/grant.ts";
import type { ObjectId } from "../catalog/object-id.ts";
import type { ElementKind } from "./element-values.ts";

/** An object that has an identity of its own, with its parts that are elements of their own taken out. */
export interface Element<Value = unknown> {
  readonly id: ObjectId;
  readonly kind: ElementKind;
  /** What it is a part of: it is dropped along with that. */
  readonly parent?: ObjectId;
  /** What defines it: no parts, owner, comment, grants, facts. Two elements with equal values are the same. */
  readonly value: Value;
  /** The server's own text for it, where it has one that the value only takes apart. */
  readonly text?: string;
  readonly owner?: string;
  readonly comment?: string;
  /** Absent: nobody ever granted or revoked, the defaults of the kind hold. */
  readonly grants?: readonly Grant[];
  /** Elements without which it cannot exist, its parent and its schema among them. */
  readonly needs: readonly ObjectId[];
  /** Those of `needs` whose DROP takes it along without being told. */
  readonly goesWith: readonly ObjectId[];
  /** Elements that it can do without; where they change too, they come first. */
  readonly after?: readonly ObjectId[];
  /** What only one can have at a time, such as the name of a relation in its schema. */
  readonly claims?: readonly string[];
  /** Of a column or a constraint: that its table has it from parents, and from itself too. No part of what it is. */
  readonly inherited?: {
    readonly local: boolean;
    /** The column's NOT NULL is the table's own too, and stays when those of its parents go. */
    readonly localNotNull?: boolean;
  };
  /** ALTER … DEPENDS ON EXTENSION. */
  readonly extensions?: readonly string[];
}

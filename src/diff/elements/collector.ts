import type { Grant } from "../../catalog/model/grant.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ElementKind, ElementValues } from "../element-values.ts";

/** Takes in elements; each kind with its own values. */
export interface Collector {
  readonly columnOrder: boolean;
  add<K extends ElementKind>(kind: K, id: ObjectId, value: ElementValues[K], rest?: Rest): void;
  /** What dependencies call `id` is a part of `of`, and no element. */
  alias(id: ObjectId, of: ObjectId): void;
}

export interface Rest {
  readonly parent?: ObjectId;
  /** Beside the parent and what the dependencies of the catalog say. */
  readonly needs?: readonly ObjectId[];
  /** Those of `needs`, beside the parent, that take it along. */
  readonly goesWith?: readonly ObjectId[];
  readonly after?: readonly ObjectId[];
  readonly claims?: readonly string[];
  readonly text?: string;
  readonly inherited?: Element["inherited"];
  readonly governed?: {
    readonly owner?: string;
    readonly comment?: string;
    readonly grants?: readonly Grant[];
  };
}

/** An element in the making. */
export type Draft = { -readonly [K in keyof Element]: Element[K] } & { needs: ObjectId[]; goesWith: ObjectId[] };

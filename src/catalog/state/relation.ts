import type { RelationFacts } from "../model/facts.ts";
import type { QualifiedName } from "../model/names.ts";
import type { Sequence } from "../model/sequence.ts";
import type { Table } from "../model/table.ts";
import type { TableIndex } from "../model/table-index.ts";
import type { CompositeType } from "../model/type.ts";
import type { MaterializedView, View } from "../model/view.ts";

/** A name as a statement writes it: without a schema, the search path decides. */
export interface WrittenName {
  readonly schema?: string | undefined;
  readonly name: string;
}

/** What a relation's name stands for. Tables, views, sequences, indexes and composite types share one name space. */
export type Relation =
  | { readonly kind: "table"; readonly is: Table }
  | { readonly kind: "view"; readonly is: View }
  | { readonly kind: "materialized view"; readonly is: MaterializedView }
  | { readonly kind: "sequence"; readonly is: Sequence }
  /** The sequence of an identity column. */
  | { readonly kind: "identity sequence"; readonly is: QualifiedName; readonly table: Table; readonly column: string }
  | { readonly kind: "index"; readonly is: TableIndex; readonly on: Table | MaterializedView }
  | { readonly kind: "composite type"; readonly is: CompositeType };

/** A foreign key seen from the table that it refers to. */
export interface ReferencingKey {
  readonly table: Table;
  readonly constraint: string;
}

/** How many rows and bytes a relation has, and where that is known from. */
export interface KnownSize {
  /** `facts`: the server's own figures; `new`: made by an earlier statement, without rows; `unknown`: nothing is known. */
  readonly from: "facts" | "new" | "unknown";
  readonly facts?: RelationFacts;
}

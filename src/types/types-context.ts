import type { QualifiedName } from "../catalog/model/names.ts";
import type { ColumnTypes } from "./column-types.ts";
import type { TypeNames } from "./names.ts";
import type { PropertyNames } from "./property-names.ts";
import type { TypeResolver } from "./type-resolver.ts";

/** What everything that is written is written with. */
export interface TypesContext {
  readonly typeNames: TypeNames;
  readonly properties: PropertyNames;
  readonly resolver: TypeResolver;
  readonly columns: ColumnTypes;
  /** What a function that returns a composite type, or the rows of a relation, gives; undefined for other types. */
  readonly rowOf: (type: QualifiedName) => string | undefined;
}

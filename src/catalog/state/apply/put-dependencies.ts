import { quoteIdentifier } from "../../../sql/quote.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { ObjectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";

/** Gives an object the dependencies of the one that it is made after; those on the relation's parts lead to the other's. */
export function putDependencies(
  state: CatalogState,
  like: ObjectId,
  id: ObjectId,
  [from, to]: readonly [QualifiedName, QualifiedName],
): void {
  const path = ({ schema, name }: QualifiedName): string => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
  const [before, after] = [path(from), path(to)];
  state.store.setDependencies(
    id,
    state.store.dependenciesOf(like).map((one) => ({
      ...one,
      from: id,
      to: one.to.startsWith("column:") ? one.to.replace(`column:${before}.`, () => `column:${after}.`) : one.to,
    })),
  );
}

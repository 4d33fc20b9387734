import type { ObjectId } from "../catalog/object-id.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { removalOf } from "../effects/drop/removal.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { isKept } from "./kept.ts";
import { brief, type Piece } from "./piece.ts";

/** What DROP … CASCADE takes along that a DROP without it does not. */
export interface TakenAlong {
  /** Foreign keys of others: dropped first, like any constraint. */
  readonly keys: readonly Piece[];
  /** The rest, which is for the author to say; what goes before them by itself is left out. */
  readonly others: readonly ObjectId[];
}

export function takenAlong(roots: readonly ObjectId[], state: CatalogState): TakenAlong {
  const own = removalOf(roots, false, state).ids;
  const falling = new Set([...removalOf(roots, true, state).ids].filter((id) => !own.has(id)));
  const all = [...falling].map((id) => ({ id, key: foreignKey(id, state) }));
  const isBelow = (parent: { readonly name: string } | undefined): boolean =>
    parent !== undefined && all.some(({ key }) => key?.name === parent.name);
  return {
    keys: all.flatMap(({ key }) =>
      key === undefined || isBelow(key.parent)
        ? []
        : [brief(`ALTER TABLE ${quoteQualified(key.table)} DROP CONSTRAINT ${quoteIdentifier(key.name)}`)],
    ),
    others: all.flatMap(({ id, key }) => (key === undefined && !isKept(id, state) ? [id] : [])),
  };
}

function foreignKey(id: ObjectId, state: CatalogState) {
  const { kind, path } = objectPath(id);
  const [schema = "", name = "", constraint] = path;
  const table = kind === "constraint" ? state.table({ schema, name }) : undefined;
  const key = table?.constraints.find((one) => one.name === constraint && one.type === "foreign key");
  return table === undefined || key === undefined ? undefined : { table, name: key.name, parent: key.parent };
}

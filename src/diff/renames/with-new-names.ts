import type { Catalog } from "../../catalog/catalog.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Element } from "../element.ts";
import { elementsOf } from "../elements-of.ts";
import type { Change, DiffStatement, Rename } from "../schema-diff.ts";
import { columnsAlong } from "./columns-along.ts";
import { idPath } from "./id-path.ts";
import { inheritedAlong } from "./inherited-along.ts";
import { NameMap } from "./name-map.ts";
import { namesAlong } from "./names-along.ts";
import { withoutOtherParents } from "./other-parents.ts";
import { indexName, renameCatalog } from "./rename-catalog.ts";
import { renameStatements } from "./rename-statements.ts";
import { typeParts } from "./type-parts.ts";

/** Finds the element of an id, or the one of which it names a part. */
function finder(catalog: Catalog): (id: ObjectId) => Element | undefined {
  const elements = elementsOf(catalog);
  const parts = typeParts(catalog);
  return (id) => elements.get(parts.get(id) ?? id);
}

/**
 * The statements that rename, and the catalog as it is behind them.
 *
 * @throws LockkeeperError `usage` for a name that no statement can give
 */
export function withNewNames(
  before: Catalog,
  to: Catalog,
  renames: readonly Rename[],
): {
  readonly catalog: Catalog;
  readonly statements: readonly DiffStatement[];
  /** With those that follow, each by a statement of its own. */
  readonly renames: readonly Rename[];
  /** Places below parents that the statements take away, by the new names. */
  readonly left: ReadonlySet<ObjectId>;
} {
  const find = finder(before);
  const there = renames.filter((rename) => find(rename.from) !== undefined);
  const along = columnsAlong(before, there);
  const own = there.filter((rename) => along.every((other) => other.from !== rename.from));
  const { catalog: from, left } = withoutOtherParents(before, to, own);
  const first = [...own, ...along];
  const following = namesAlong(from, to, first);
  const all = [...first, ...following, ...inheritedAlong(from, following)];
  const catalog = renameCatalog(from, [...all, ...indexesAlong(from, all)]);
  const rowTypes = new Set(
    from.tables.flatMap(({ ofType: of }) => (of === undefined ? [] : [objectId("type", of.schema, of.name)])),
  );
  // What moves into a schema that is not there yet.
  const known = new Set(catalog.schemas.map(({ name }) => name));
  const names = new NameMap(all);
  const now = (table: QualifiedName): ObjectId => names.id(objectId("table", table.schema, table.name));
  const wanted = new Set(there.map((rename) => idPath(rename.to)).flatMap(({ path }) => path.slice(0, -1).slice(0, 1)));
  const made = to.schemas.filter(({ name }) => wanted.has(name) && !known.has(name));
  return {
    catalog: { ...catalog, schemas: [...catalog.schemas, ...made.map(({ name, owner }) => ({ name, owner }))] },
    statements: [
      ...left.map(({ child, parent }) => ({
        sql: `ALTER TABLE ${quoteQualified(child)} NO INHERIT ${quoteQualified(parent)}`,
        for: [`inheritance:${now(child)} ${now(parent)}`],
      })),
      ...made.map(({ name, owner }) => ({
        sql: `CREATE SCHEMA ${quoteIdentifier(name)} AUTHORIZATION ${quoteIdentifier(owner)}`,
        for: [objectId("schema", name)],
      })),
      ...renameStatements([...own, ...following], (id) => {
        const element = find(id);
        return element && { element, isTyped: rowTypes.has(element.id) };
      }),
    ],
    renames: [...there, ...following],
    left: new Set(left.map(({ child, parent }) => `inheritance:${now(child)} ${now(parent)}`)),
  };
}

/** Indexes that are called as their constraint, or are where their table has moved. */
function indexesAlong({ tables, materializedViews }: Catalog, renames: readonly Rename[]): readonly Rename[] {
  const names = new NameMap(renames);
  return [...tables, ...materializedViews].flatMap((relation) =>
    relation.indexes.flatMap(({ name, constraint }) => {
      const from = objectId("index", relation.schema, name);
      const { schema } = names.object("table", relation);
      const to = objectId("index", schema, indexName(relation, name, constraint, names));
      return from === to || renames.some((one) => one.from === from) ? [] : [{ from, to }];
    }),
  );
}

/** Renames as changes. */
export function renamed(from: Catalog, to: Catalog, renames: readonly Rename[]): Change[] {
  const [before, after] = [finder(from), finder(to)];
  return renames.flatMap((rename): Change[] => {
    const [old, now] = [before(rename.from), after(rename.to)];
    return old === undefined || now === undefined
      ? []
      : [{ type: "renamed", id: rename.to, kind: now.kind, before: old, after: now }];
  });
}

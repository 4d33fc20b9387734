import type { Catalog } from "../../catalog/catalog.ts";
import type { Constraint } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import type { MaterializedView } from "../../catalog/model/view.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { stableJson } from "../../catalog/stable-json.ts";
import type { Rename } from "../schema-diff.ts";
import { parentsOf } from "./inherited-along.ts";
import { renameCatalog } from "./rename-catalog.ts";
import { isUsualConstraint, isUsualIndex } from "./usual-names.ts";

/**
 * Constraints and indexes that the server called after a table or a column which gets another name, and that are the
 * same behind it but for being called after the new one: they get the new name, and nothing is built again.
 *
 * @param renames those of tables and columns
 */
export function namesAlong(from: Catalog, to: Catalog, renames: readonly Rename[]): readonly Rename[] {
  const between = renameCatalog(from, renames);
  const [old, middle, now] = [relationsOf(from), relationsOf(between), relationsOf(to)];
  const wanted = new Map(now.map((one) => [idOf(one), one]));
  const taken = new Set([...middle, ...from.views, ...from.sequences, ...from.composites].map(idOf));
  for (const one of middle) for (const { name } of one.indexes) taken.add(idOf({ schema: one.schema, name }));
  const touched = touchedBy(old, middle);
  return old.flatMap((before, place) => {
    const moved = middle[place];
    const after = moved && wanted.get(idOf(moved));
    if (moved === undefined || after === undefined || !touched.has(idOf(before))) return [];
    const [tablesBefore, tablesAfter] = [lineOf(before, old), lineOf(after, now)];
    const isFree = (name: string): boolean => !taken.has(idOf({ schema: after.schema, name }));
    const indexes = pairs(
      before.indexes.filter(isOwn).map((one) => ({ one, moved: byPlace(before.indexes, moved.indexes, one) })),
      after.indexes.filter(isOwn),
      {
        content: contentOfIndex,
        was: (one) => isUsualIndex(one, tablesBefore),
        is: (one) => isUsualIndex(one, tablesAfter),
      },
    ).filter((pair) => isFree(pair.now.name));
    const constraints = pairs(
      constraintsOf(before).map((one) => ({ one, moved: byPlace(constraintsOf(before), constraintsOf(moved), one) })),
      constraintsOf(after),
      {
        content: contentOfConstraint,
        was: (one) => isUsualConstraint(one, before.indexes, tablesBefore) && !isInherited(one),
        is: (one) => isUsualConstraint(one, after.indexes, tablesAfter) && !isInherited(one),
      },
    ).filter((pair) => !("index" in pair.now) || isFree(pair.now.name));
    return [
      ...indexes.map((pair) => ({
        from: objectId("index", before.schema, pair.old.name),
        to: objectId("index", after.schema, pair.now.name),
      })),
      ...constraints.map((pair) => ({
        from: objectId("constraint", before.schema, before.name, pair.old.name),
        to: objectId("constraint", after.schema, after.name, pair.now.name),
      })),
    ];
  });
}

type Relation = Table | MaterializedView;

const relationsOf = ({ tables, materializedViews }: Catalog): readonly Relation[] => [...tables, ...materializedViews];

const constraintsOf = (one: Relation): readonly Constraint[] => ("constraints" in one ? one.constraints : []);

const above = (one: Relation): readonly QualifiedName[] => ("inherits" in one ? parentsOf(one) : []);

const idOf = ({ schema, name }: QualifiedName): ObjectId => objectId("table", schema, name);

const isOwn = ({ constraint }: TableIndex): boolean => constraint === undefined;

/** These go with those above. */
const isInherited = ({ type, inheritedFrom }: Constraint): boolean => type === "check" && inheritedFrom > 0;

const byPlace = <T>(all: readonly T[], moved: readonly T[], one: T): T => moved[all.indexOf(one)] ?? one;

/** Relations that have another name, or columns that do, and what is below them. */
function touchedBy(old: readonly Relation[], middle: readonly Relation[]): ReadonlySet<ObjectId> {
  const touched = new Set(
    old.flatMap((one, place) => {
      const now = middle[place];
      const isSame =
        one.name === now?.name && one.columns.every(({ name }, number) => name === now.columns[number]?.name);
      return isSame ? [] : [idOf(one)];
    }),
  );
  for (let size = -1; size < touched.size; ) {
    size = touched.size;
    for (const one of old) if (above(one).some((parent) => touched.has(idOf(parent)))) touched.add(idOf(one));
  }
  return touched;
}

/** Its name and those of all above it. */
function lineOf(relation: Relation, all: readonly Relation[]): readonly string[] {
  const parents = above(relation).flatMap((parent) => all.filter((one) => idOf(one) === idOf(parent)));
  return [relation.name, ...parents.flatMap((parent) => lineOf(parent, all))];
}

interface Same<T> {
  readonly content: (one: T) => string;
  readonly was: (one: T) => boolean;
  readonly is: (one: T) => boolean;
}

/** Of what goes and what comes, those with the same content, in the order of their names. */
function pairs<T extends { readonly name: string }>(
  before: readonly { readonly one: T; readonly moved: T }[],
  after: readonly T[],
  { content, was, is }: Same<T>,
): readonly { readonly old: T; readonly now: T }[] {
  const gone = before.filter(({ one, moved }) => was(one) && after.every(({ name }) => name !== moved.name));
  const come = after.filter((one) => is(one) && before.every(({ moved }) => moved.name !== one.name));
  const groups = Map.groupBy(come.toSorted(byName), content);
  return gone
    .toSorted((a, b) => byName(a.one, b.one))
    .flatMap(({ one, moved }) => {
      const now = groups.get(content(moved))?.shift();
      return now === undefined ? [] : [{ old: one, now }];
    });
}

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : 1;

/** But for names and what can be altered. */
function contentOfIndex(index: TableIndex): string {
  const { method, unique, nullsNotDistinct, keys, include, predicate, partitioned } = index;
  return stableJson([method, unique, nullsNotDistinct, keys, include, predicate, partitioned]);
}

function contentOfConstraint(constraint: Constraint): string {
  const { type, definition, columns, noInherit } = constraint;
  return stableJson([type, definition.replace(/ NOT VALID$/, ""), columns, noInherit]);
}

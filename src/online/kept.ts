import type { QualifiedName } from "../catalog/model/names.ts";
import { type ObjectId, type ObjectKind, objectId, routineId } from "../catalog/object-id.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { removalOf } from "../effects/drop/removal.ts";
import { isHidden, isQuarantine } from "./hidden-name.ts";
import { type OnlineForm, refused } from "./piece.ts";
import { isCalledBySync, keeping } from "./sync/standing-sync.ts";

/** Kinds that have no other name to go by: what is dropped of them waits for contract under its own. */
const NAMELESS: ReadonlySet<string> = new Set(["operator", "extension"]);

/** Whether an object stays only until contract: what was put aside under another name, and what goes with it. */
export function isKept(id: ObjectId, state: CatalogState): boolean {
  const { kind, path } = objectPath(id);
  const [schema = ""] = path;
  if (isQuarantine(schema) || path.some(isHidden)) return true;
  if (NAMELESS.has(kind)) return keepersOf([id], state) !== undefined;
  return state.store
    .dependenciesOf(id)
    .some((one) => one.kind === "automatic" && one.to.startsWith("column:") && objectPath(one.to).path.some(isHidden));
}

/**
 * What a DROP of the objects would find in its way, where all of that stays only until contract.
 *
 * @returns undefined where nothing is in the way, and where anything is that stays for good
 */
export function keepersOf(roots: readonly ObjectId[], state: CatalogState): readonly ObjectId[] | undefined {
  const { keptBy } = removalOf(roots, false, state);
  const isNeeded = keptBy.length > 0 || roots.some((id) => isCalled(id, state));
  return isNeeded && keptBy.every((id) => isKept(id, state)) ? keptBy : undefined;
}

/** By the function of a trigger that keeps columns current. */
function isCalled(id: ObjectId, state: CatalogState): boolean {
  const { kind, path } = objectPath(id);
  const [schema = "", name = ""] = path;
  return kind === "routine" && isCalledBySync({ schema, name }, state);
}

/** Nothing waits for contract in a migration that is the contract of others. */
export function contractFirst([first = ""]: readonly ObjectId[]): OnlineForm {
  const { kind, path } = objectPath(first);
  const what = first === "" ? "a trigger that keeps columns current" : `the ${kind} ${path.join(".")}`;
  return refused(`drops what ${what} still needs, which stays until \`contract\``, "call `lockkeeper contract` first");
}

/** What is neither a column nor belongs to one and was put aside under another name, in whatever schema it is by now. */
export function hiddenObjects({ store: { maps } }: CatalogState): readonly ObjectId[] {
  const { views, materializedViews, sequences, enums, domains, composites, ranges, schemas } = maps;
  const named = (kind: ObjectKind, all: Iterable<QualifiedName>): readonly ObjectId[] =>
    [...all].filter(({ name }) => isHidden(name)).map(({ schema, name }) => objectId(kind, schema, name));
  const routines = [...maps.routines.values(), ...maps.aggregates.values()].flat();
  return [
    ...named("view", views.values()),
    ...named("materialized view", materializedViews.values()),
    ...named("sequence", sequences.values()),
    ...[enums, domains, composites, ranges].flatMap((map) => named("type", map.values())),
    ...routines.filter(({ name }) => isHidden(name)).map(routineId),
    ...[...schemas.values()].filter(({ name }) => isHidden(name)).map(({ name }) => objectId("schema", name)),
  ];
}

/** Whether a trigger that keeps columns current speaks of the objects by their names. */
export function isNamedBySync(ids: readonly ObjectId[], keepers: readonly ObjectId[], state: CatalogState): boolean {
  return (
    ids.some((id) => isCalled(id, state)) ||
    keepers.some((id) => {
      const [schema = "", name = "", column] = objectPath(id).path;
      const table = column === undefined ? undefined : state.table({ schema, name });
      return table !== undefined && column !== undefined && keeping(table, column) !== undefined;
    })
  );
}

import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { partsOf } from "./parts-of.ts";

/** What a DROP takes away. */
export interface Removal {
  readonly ids: ReadonlySet<ObjectId>;
  /** Without CASCADE: all that stands in the way. */
  readonly keptBy: readonly ObjectId[];
}

/**
 * Follows the dependencies from the objects that a statement drops: parts and what is dropped along, and with CASCADE
 * everything that cannot exist without them.
 *
 * Source: `findDependentObjects` in `src/backend/catalog/dependency.c`.
 */
export function removalOf(roots: readonly ObjectId[], cascade: boolean, state: CatalogState): Removal {
  const ids = new Set<ObjectId>();
  const waiting = [...roots];
  const normal: ObjectId[] = [];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (ids.has(id)) continue;
    ids.add(id);
    waiting.push(...partsOf(id, state));
    for (const { from, kind } of state.dependentsOf(id)) {
      if (kind === "automatic" || kind === "extension" || (kind === "normal" && cascade)) waiting.push(from);
      else if (kind === "normal") normal.push(from);
    }
  }
  return { ids, keptBy: normal.filter((id) => !ids.has(id) && !ids.has(ownerOf(id))) };
}

const PARTS: ReadonlySet<string> = new Set(["column", "default", "constraint", "trigger", "rule", "policy"]);

/** The table that a part belongs to: parts that no catalog shows, such as copies of foreign keys, go with it too. */
function ownerOf(id: ObjectId): ObjectId {
  const { kind, path } = objectPath(id);
  const [schema = "", name = ""] = path;
  return PARTS.has(kind) ? objectId("table", schema, name) : id;
}

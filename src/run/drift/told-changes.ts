import type { Catalog } from "../../catalog/catalog.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import type { Element } from "../../diff/element.ts";
import type { Change } from "../../diff/schema-diff.ts";
import { sideOf } from "../../diff/sides.ts";

/** An object that is not as it should be, for people and for machines. */
export interface ChangedObject {
  readonly change: "added" | "removed" | "changed" | "renamed";
  readonly id: ObjectId;
  readonly kind: string;
  /** Who owns it, or owned it. */
  readonly owner: string | null;
  /** ISO 8601; null where nobody knows. */
  readonly at: string | null;
  /** Of a changed one. */
  readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  /** No statement that reconciles it is known. */
  readonly unsupported: boolean;
}

/** @param times when objects were changed, by their ids */
export function toldChanges(
  changes: readonly Change[],
  from: Catalog,
  to: Catalog,
  times: ReadonlyMap<ObjectId, string> = new Map(),
): readonly ChangedObject[] {
  if (changes.length === 0) return [];
  const [before, after] = [sideOf(from, {}).elements, sideOf(to, {}).elements];
  return changes.map((change) => ({
    change: change.type,
    id: change.id,
    kind: change.kind,
    owner: ownerOf(change.after, after) ?? ownerOf(change.before, before) ?? null,
    at: times.get(change.id) ?? null,
    fields: (change.fields ?? []).map((field) => ({
      field,
      before: propertyOf(change.before, field),
      after: propertyOf(change.after, field),
    })),
    unsupported: change.unsupported === true,
  }));
}

/** What has no owner of its own has that of what it is a part of. */
function ownerOf(element: Element | undefined, elements: ReadonlyMap<ObjectId, Element>): string | undefined {
  let one = element;
  while (one !== undefined && one.owner === undefined) {
    one = one.parent === undefined ? undefined : elements.get(one.parent);
  }
  return one?.owner;
}

/** Of its value, or what every object has beside it. */
function propertyOf(element: Element | undefined, field: string): unknown {
  const { value, owner, comment, grants, extensions, kind } = element ?? {};
  const beside: Readonly<Record<string, unknown>> = { owner, comment, grants, extensions, kind };
  return (field in beside ? beside[field] : (value as Readonly<Record<string, unknown>> | undefined)?.[field]) ?? null;
}

import type { Catalog } from "../catalog/catalog.ts";
import type { ObjectId } from "../catalog/object-id.ts";
import type { Element } from "./element.ts";
import type { Collector, Draft } from "./elements/collector.ts";
import { collectDatabaseWide, collectInSchemas } from "./elements/other-elements.ts";
import { collectMaterializedView, collectView } from "./elements/relation-elements.ts";
import { collectTable } from "./elements/table-elements.ts";

/**
 * The catalog as elements, each with what it needs: by the catalog's own dependencies, and by its place.
 *
 * @param options.columnOrder a column's place is part of its value; default false
 */
export function elementsOf(
  catalog: Catalog,
  { columnOrder = false }: { readonly columnOrder?: boolean } = {},
): ReadonlyMap<ObjectId, Element> {
  const drafts = new Map<ObjectId, Draft>();
  const aliases = new Map<ObjectId, ObjectId>();
  const collector: Collector = {
    columnOrder,
    add(kind, id, value, { governed, needs = [], goesWith = [], parent, after, claims, inherited, text } = {}) {
      // Field by field: there are tens of thousands of them.
      const draft: Draft = { id, kind, value, needs: [...needs], goesWith: [...goesWith] };
      if (parent !== undefined) {
        draft.parent = parent;
        draft.needs.push(parent);
        draft.goesWith.push(parent);
      }
      if (after !== undefined) draft.after = after;
      if (claims !== undefined && claims.length > 0) draft.claims = claims;
      if (text !== undefined) draft.text = text;
      if (inherited !== undefined) draft.inherited = inherited;
      if (governed?.owner !== undefined) draft.owner = governed.owner;
      if (governed?.comment !== undefined) draft.comment = governed.comment;
      if (governed?.grants !== undefined) draft.grants = governed.grants;
      drafts.set(id, draft);
    },
    alias: (id, of) => void aliases.set(id, of),
  };
  collectDatabaseWide(collector, catalog);
  collectInSchemas(collector, catalog);
  for (const table of catalog.tables) collectTable(collector, table);
  for (const view of catalog.views) collectView(collector, view);
  for (const view of catalog.materializedViews) collectMaterializedView(collector, view);
  for (const draft of drafts.values()) {
    // Such as the schema of an extension, which is not read.
    if (!draft.needs.every((id) => drafts.has(id))) draft.needs = draft.needs.filter((id) => drafts.has(id));
  }
  addDependencies(catalog, drafts, aliases);
  return drafts;
}

function addDependencies(
  { dependencies }: Catalog,
  drafts: ReadonlyMap<ObjectId, Draft>,
  aliases: ReadonlyMap<ObjectId, ObjectId>,
): void {
  const draftAt = (id: ObjectId): Draft | undefined => drafts.get(id) ?? drafts.get(aliases.get(id) ?? "");
  for (const { from, to, kind } of dependencies) {
    const source = draftAt(from);
    const target = draftAt(to);
    if (source === undefined || target === undefined || source === target || isPlace(drafts, source, target)) continue;
    if (kind === "extension") {
      source.extensions = [...(source.extensions ?? []), target.id];
      continue;
    }
    if (!source.needs.includes(target.id)) source.needs.push(target.id);
    if (kind === "automatic" && !source.goesWith.includes(target.id)) source.goesWith.push(target.id);
  }
}

/** A table's dependency on its parent table is an element of its own. */
const isPlace = (drafts: ReadonlyMap<ObjectId, Draft>, source: Draft, target: Draft): boolean =>
  source.kind === "table" && target.kind === "table" && drafts.has(`inheritance:${source.id} ${target.id}`);

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
    add: (kind, id, value, { governed, needs = [], goesWith = [], parent, after, claims, inherited, text } = {}) => {
      drafts.set(id, {
        id,
        kind,
        value,
        needs: parent === undefined ? needs : [parent, ...needs],
        goesWith: parent === undefined ? goesWith : [parent, ...goesWith],
        ...(parent === undefined ? {} : { parent }),
        ...(after === undefined ? {} : { after }),
        ...(claims === undefined || claims.length === 0 ? {} : { claims }),
        ...(text === undefined ? {} : { text }),
        ...(inherited === undefined ? {} : { inherited }),
        ...(governed?.owner === undefined ? {} : { owner: governed.owner }),
        ...(governed?.comment === undefined ? {} : { comment: governed.comment }),
        ...(governed?.grants === undefined ? {} : { grants: governed.grants }),
      });
    },
    alias: (id, of) => void aliases.set(id, of),
  };
  collectDatabaseWide(collector, catalog);
  collectInSchemas(collector, catalog);
  for (const table of catalog.tables) collectTable(collector, table);
  for (const view of catalog.views) collectView(collector, view);
  for (const view of catalog.materializedViews) collectMaterializedView(collector, view);
  return withDependencies(catalog, drafts, aliases);
}

interface Links {
  readonly needs: Set<ObjectId>;
  readonly goesWith: Set<ObjectId>;
  readonly extensions: Set<string>;
}

function withDependencies(
  catalog: Catalog,
  drafts: ReadonlyMap<ObjectId, Draft>,
  aliases: ReadonlyMap<ObjectId, ObjectId>,
): ReadonlyMap<ObjectId, Element> {
  const elementAt = (id: ObjectId): ObjectId => (drafts.has(id) ? id : (aliases.get(id) ?? id));
  const links = new Map<ObjectId, Links>();
  for (const { from, to, kind } of catalog.dependencies) {
    const source = elementAt(from);
    const target = elementAt(to);
    if (source === target || !drafts.has(source) || !drafts.has(target) || isPlace(drafts, source, target)) {
      continue;
    }
    let found = links.get(source);
    if (found === undefined) {
      found = { needs: new Set(), goesWith: new Set(), extensions: new Set() };
      links.set(source, found);
    }
    if (kind === "extension") {
      found.extensions.add(target);
    } else {
      found.needs.add(target);
      if (kind === "automatic") found.goesWith.add(target);
    }
  }
  const elements = new Map<ObjectId, Element>();
  for (const draft of drafts.values()) {
    const found = links.get(draft.id);
    const places = draft.needs.filter((id) => drafts.has(id));
    const { goesWith } = draft;
    elements.set(draft.id, {
      ...draft,
      needs: found === undefined ? places : [...new Set([...places, ...found.needs])],
      goesWith: found === undefined ? goesWith : [...goesWith, ...found.goesWith],
      ...(found === undefined || found.extensions.size === 0 ? {} : { extensions: [...found.extensions] }),
    });
  }
  return elements;
}

/** A table's dependency on its parent table is an element of its own. */
function isPlace(drafts: ReadonlyMap<ObjectId, Draft>, source: ObjectId, target: ObjectId): boolean {
  return drafts.get(source)?.kind === "table" && drafts.has(`inheritance:${source} ${target}`);
}

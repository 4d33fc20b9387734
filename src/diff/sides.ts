import type { Catalog } from "../catalog/catalog.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import type { Element } from "./element.ts";
import type { InheritanceValue } from "./element-values.ts";
import { elementsOf } from "./elements-of.ts";
import type { Side } from "./rule.ts";

export function sideOf(catalog: Catalog, options: { readonly columnOrder?: boolean }): Side {
  const elements = elementsOf(catalog, options);
  let dependents: ReadonlyMap<ObjectId, readonly Element[]> | undefined;
  let links: Links | undefined;
  return {
    catalog,
    elements,
    dependents(id) {
      // Only where something changes.
      dependents ??= byNeed(elements);
      return dependents.get(id) ?? [];
    },
    parents(table) {
      links ??= linksOf(elements);
      return links.parents.get(table) ?? [];
    },
    children(table) {
      links ??= linksOf(elements);
      return links.children.get(table) ?? [];
    },
  };
}

function byNeed(elements: ReadonlyMap<ObjectId, Element>): ReadonlyMap<ObjectId, readonly Element[]> {
  const found = new Map<ObjectId, Element[]>();
  for (const element of elements.values()) {
    for (const id of element.needs) {
      const list = found.get(id);
      if (list === undefined) found.set(id, [element]);
      else list.push(element);
    }
  }
  return found;
}

interface Links {
  readonly parents: ReadonlyMap<ObjectId, readonly Element<InheritanceValue>[]>;
  readonly children: ReadonlyMap<ObjectId, readonly Element<InheritanceValue>[]>;
}

function linksOf(elements: ReadonlyMap<ObjectId, Element>): Links {
  const links = [...elements.values()].filter(isInheritance);
  return {
    parents: Map.groupBy(links, ({ value }) => objectId("table", value.child.schema, value.child.name)),
    children: Map.groupBy(links, ({ value }) => objectId("table", value.parent.schema, value.parent.name)),
  };
}

const isInheritance = (element: Element): element is Element<InheritanceValue> => element.kind === "inheritance";

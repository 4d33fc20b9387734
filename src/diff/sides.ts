import type { Catalog } from "../catalog/catalog.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { push } from "./doers.ts";
import type { Element } from "./element.ts";
import type { ColumnValue, ConstraintValue, ElementValues, InheritanceValue } from "./element-values.ts";
import { elementsOf } from "./elements-of.ts";
import type { Side } from "./rule.ts";

export function sideOf(catalog: Catalog, options: { readonly columnOrder?: boolean }): Side {
  const elements = elementsOf(catalog, options);
  let dependents: ReadonlyMap<ObjectId, readonly Element[]> | undefined;
  let links: Links | undefined;
  let named: ReadonlyMap<string, readonly ObjectId[]> | undefined;
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
    constrained(schema, constraint) {
      named ??= byConstraint(elements);
      return named.get(`${schema}.${constraint}`) ?? [];
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

function byConstraint(elements: ReadonlyMap<ObjectId, Element>): ReadonlyMap<string, readonly ObjectId[]> {
  const named = new Map<string, ObjectId[]>();
  const add = (schema: string, name: string, holder = ""): void => push(named, `${schema}.${name}`, holder);
  for (const { kind, value, parent } of elements.values()) {
    if (kind === "constraint") {
      const { on, name } = value as ConstraintValue;
      add(on.schema, name, parent);
    } else if (kind === "domain constraint") {
      const { domain, name } = value as ElementValues["domain constraint"];
      add(domain.schema, name, parent);
    } else if (kind === "column") {
      const { on, notNullConstraint } = value as ColumnValue;
      if (notNullConstraint !== undefined) add(on.schema, notNullConstraint.name, parent);
    }
  }
  return named;
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

import type { Column } from "../model/column.ts";
import type { TypeReference } from "../model/names.ts";
import type { Table } from "../model/table.ts";
import type { CompositeType, Domain, RangeType } from "../model/type.ts";
import type { MaterializedView, View } from "../model/view.ts";
import type { LinkKind } from "./catalog-store.ts";
import { keyOf } from "./key-of.ts";

/** `to` is what is referred to, `from` the key of who refers. */
export type Link = readonly [kind: LinkKind, to: string, from: string];

/** What uses a type: the key of a relation, or that of another type. */
export type TypeUser = `relation ${string}` | `type ${string}`;

/** @param other the same table before or after: the links of constraints, columns and indexes that it shares are left out */
export function linksOfTable(table: Table, key: string, other?: Table): readonly Link[] {
  const { schema } = table;
  const links: Link[] = [];
  for (const parent of table.inherits) {
    links.push(["children", keyOf(parent), key]);
  }
  if (table.partitionOf !== undefined) {
    links.push(["children", keyOf(table.partitionOf.parent), key]);
  }
  for (const constraint of unshared(table.constraints, other?.constraints)) {
    links.push(["constraintNames", keyOf({ schema, name: constraint.name }), key]);
    if (constraint.type === "foreign key") {
      links.push(["referencing", keyOf(constraint.references), key]);
    }
  }
  for (const column of unshared(table.columns, other?.columns)) {
    addColumn(links, column, key);
    if (column.notNullConstraint !== undefined) {
      links.push(["constraintNames", keyOf({ schema, name: column.notNullConstraint.name }), key]);
    }
    if (column.identity !== undefined) {
      links.push(["parts", keyOf(column.identity.sequence), key]);
    }
  }
  if (table.ofType !== undefined) {
    links.push(["typeUsers", keyOf(table.ofType), `relation ${key}`]);
  }
  for (const { name } of unshared(table.indexes, other?.indexes)) {
    links.push(["parts", keyOf({ schema, name }), key]);
  }
  return links;
}

/** A statement changes one part of a table after the other, and each time all the others stay what they are. */
const unshared = <T>(parts: readonly T[], others: readonly T[] = []): readonly T[] =>
  parts === others ? [] : parts.filter((part, place) => part !== others[place]);

export function linksOfView(view: View | MaterializedView, key: string): readonly Link[] {
  const links: Link[] = [];
  for (const column of view.columns) {
    addColumn(links, column, key);
  }
  for (const { name } of "indexes" in view ? view.indexes : []) {
    links.push(["parts", keyOf({ schema: view.schema, name }), key]);
  }
  return links;
}

export const linksOfComposite = (type: CompositeType, key: string): readonly Link[] =>
  type.attributes.flatMap((attribute) => typeUse(attribute.type, `type ${key}`));

export const linksOfDomain = (domain: Domain, key: string): readonly Link[] => [
  ...typeUse(domain.base, `type ${key}`),
  ...domain.constraints.map(
    ({ name }): Link => ["constraintNames", keyOf({ schema: domain.schema, name }), `type ${key}`],
  ),
];

export const linksOfRange = (range: RangeType, key: string): readonly Link[] => typeUse(range.subtype, `type ${key}`);

function addColumn(links: Link[], { type }: Column, key: string): void {
  links.push(...typeUse(type, `relation ${key}`));
}

/** Built-in types have too many users, and never change. */
const typeUse = (type: TypeReference, user: TypeUser): readonly Link[] =>
  type.schema === "pg_catalog" ? [] : [["typeUsers", keyOf(type), user]];

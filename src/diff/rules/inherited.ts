import type { QualifiedName } from "../../catalog/model/names.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";
import { inTurn } from "./in-turn.ts";

/**
 * The columns of parents whose own statements give the new column to this table too, in the order in which they run: the
 * first makes it, the others only find it there.
 */
function sourcesOf(sides: Sides, column: ObjectId): ObjectId[] {
  const element = sides.to.elements.get(column);
  if (element?.inherited === undefined || element.parent === undefined || !isNew(sides, column)) return [];
  const { parent, inherited, value } = element;
  const isWhole = isNew(sides, parent);
  const sources = sides.to.parents(parent).flatMap(({ id, value: link }) => {
    const above = columnOf(link.parent, value as ColumnValue);
    if (!sides.to.elements.has(above)) return [];
    // A partition is made first and attached then, an heir is made as one.
    const gives = isWhole ? link.bound === undefined && !inherited.local : isNew(sides, above) && stays(sides, id);
    return gives ? [above] : [];
  });
  return isWhole ? sources : inTurn(sources, (above) => sourcesOf(sides, above));
}

/** The one of them that makes it; undefined when none does. */
export const inheritedFrom = (sides: Sides, column: ObjectId): ObjectId | undefined => sourcesOf(sides, column)[0];

/** The columns below that come with the new one, those that others have to give as well among them. */
export function heirsOf(sides: Sides, { id, parent = "", value }: Element<ColumnValue>): Element<ColumnValue>[] {
  return sides.to.children(parent).flatMap(({ value: { child } }) => {
    const below = columnElement(sides.to, columnOf(child, value));
    if (below === undefined || isNew(sides, objectId("table", child.schema, child.name))) return [];
    return sourcesOf(sides, below.id).includes(id) ? [below, ...heirsOf(sides, below)] : [];
  });
}

/** Those of them that are whole with it: the others wait for another parent's. */
export const inheritors = (sides: Sides, { id, parent = "", value }: Element<ColumnValue>): ObjectId[] =>
  sides.to.children(parent).flatMap(({ value: { child } }) => {
    const below = columnElement(sides.to, columnOf(child, value));
    if (below === undefined || isNew(sides, objectId("table", child.schema, child.name))) return [];
    return sourcesOf(sides, below.id).at(-1) === id ? [below.id, ...inheritors(sides, below)] : [];
  });

/** What other parents give before, for the first of them to make what is below. */
export function earlierSources(sides: Sides, column: Element<ColumnValue>): ObjectId[] {
  const heirs = heirsOf(sides, column).map(({ id }) => id);
  const own = new Set([column.id, ...heirs]);
  return heirs.flatMap((heir) => {
    const sources = sourcesOf(sides, heir);
    return sources.slice(
      0,
      sources.findIndex((source) => own.has(source)),
    );
  });
}

/** The columns of parents whose DROP COLUMN takes the column along, the last of them when it runs, in their order. */
export function takersOf(sides: Sides, column: ObjectId): ObjectId[] {
  const element = columnElement(sides.from, column);
  if (element?.inherited?.local !== false) return [];
  const aboves = sides.from
    .parents(element.parent ?? "")
    .filter(({ id }) => stays(sides, id))
    .map((link) => columnOf(link.value.parent, element.value))
    .filter((above) => sides.from.elements.has(above));
  return aboves.every((above) => isGone(sides, above)) ? inTurn(aboves, (above) => takersOf(sides, above)) : [];
}

/** The columns below that go with the one that is dropped. */
export function goingAlong(sides: Sides, { id, parent = "", value }: Element<ColumnValue>): Element<ColumnValue>[] {
  return sides.from.children(parent).flatMap(({ value: { child } }) => {
    const below = columnElement(sides.from, columnOf(child, value));
    if (below === undefined || takersOf(sides, below.id).at(-1) !== id) return [];
    return [below, ...goingAlong(sides, below)];
  });
}

/** The same of parents that stay where they are: while those have a part, nobody below can drop it. */
export function partsAbove(sides: Sides, { id, parent = "" }: Element): ObjectId[] {
  const name = id.slice(id.indexOf(":") + parent.length - "table".length);
  return sides.from
    .parents(parent)
    .filter((link) => stays(sides, link.id))
    .map(
      (link) =>
        `${id.slice(0, id.indexOf(":"))}${link.needs.find((need) => need !== parent)?.slice("table".length) ?? ""}${name}`,
    );
}

const columnOf = ({ schema, name }: QualifiedName, column: ColumnValue): ObjectId =>
  objectId("column", schema, name, column.name);

const columnElement = ({ elements }: Side, id: ObjectId): Element<ColumnValue> | undefined =>
  elements.get(id) as Element<ColumnValue> | undefined;

const isNew = (sides: Sides, id: ObjectId): boolean => {
  const fate = sides.fate(id);
  return fate === "created" || fate === "replaced";
};

const isGone = (sides: Sides, id: ObjectId): boolean => {
  const fate = sides.fate(id);
  return fate === "dropped" || fate === "replaced";
};

const stays = (sides: Sides, link: ObjectId): boolean => {
  const fate = sides.fate(link);
  return fate === "kept" || fate === "altered";
};

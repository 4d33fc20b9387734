import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ConstraintValue, IndexValue, InheritanceValue, TableValue } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { inTurn } from "./in-turn.ts";
import { comesLast, leadsToOwnTree } from "./keys-to-partitions.ts";
import { leavesMeanwhile } from "./leaves-meanwhile.ts";
import { isAlterable } from "./table.ts";

/*
 * Constraints and indexes of partitions and heirs that belong to one of the table above: that one's statement makes them
 * and takes them along.
 */

/** The parts of tables above that this one belongs to. */
export const abovesOf = (element: Element, side: Side): readonly Element[] =>
  element.needs.flatMap((need) => {
    const above = side.elements.get(need);
    return above !== undefined && above.kind === element.kind && isBelow(element, above, side) ? above : [];
  });

/** A foreign key needs a key too, which it does not belong to; a check is its parent's by its name. */
function isBelow(element: Element, above: Element, side: Side): boolean {
  if (!side.elements.has(linkOf(element.parent ?? "", above.parent ?? ""))) return false;
  if (element.kind !== "constraint") return true;
  const [{ type, name, parent }, upper] = [element.value as ConstraintValue, above.value as ConstraintValue];
  return (
    upper.name === (parent?.name ?? (type === "check" ? name : undefined)) &&
    (parent === undefined || (parent.schema === upper.on.schema && parent.table === upper.on.name))
  );
}

const linkOf = (child: string, parent: string): string => `inheritance:${child} ${parent}`;

/** Whether the table is where it was below the other, all the time. */
export function linkStays(sides: Sides, child = "", parent = ""): boolean {
  const link = linkOf(child, parent);
  const before = sides.from.elements.get(link);
  return (
    before !== undefined &&
    sameValue(before.value, sides.to.elements.get(link)?.value) &&
    staysItself(child, sides) &&
    staysItself(parent, sides) &&
    !leavesMeanwhile(before, sides) &&
    !losesIdentity(before, sides)
  );
}

/**
 * Whether what its table gets with a place above would not come to a partition: from PostgreSQL 17 on the server takes
 * identity from all partitions below one that leaves, and gives it to that one alone when it comes.
 */
export function losesIdentity(link: Element, sides: Sides): boolean {
  const { bound, parent } = link.value as InheritanceValue;
  if (sides.version < PG17 || bound === undefined) return false;
  const table = objectId("table", parent.schema, parent.name);
  return sides.to.parents(table).some(({ value: { bound: place, parent: above } }) => {
    const upper = objectId("table", above.schema, above.name);
    return place !== undefined && hasIdentity(upper, sides.to) && !linkStays(sides, table, upper);
  });
}

const PG17 = 170_000;

const hasIdentity = (table: ObjectId, side: Side): boolean =>
  side
    .dependents(table)
    .some(
      (one) => one.parent === table && one.kind === "column" && (one.value as ColumnValue).identity !== undefined,
    ) ||
  side.parents(table).some(({ value: { parent } }) => hasIdentity(objectId("table", parent.schema, parent.name), side));

function staysItself(table: string, sides: Sides): boolean {
  const [before, after] = [sides.from.elements.get(table), sides.to.elements.get(table)];
  return (
    before?.kind === "table" &&
    after?.kind === "table" &&
    isAlterable(before.value as TableValue, after.value as TableValue, sides)
  );
}

const isMade = (sides: Sides, { id }: Element): boolean => {
  const fate = sides.fate(id);
  return fate === "created" || fate === "replaced";
};

const isDropped = (sides: Sides, { id }: Element): boolean => {
  const fate = sides.fate(id);
  return fate === "dropped" || fate === "replaced";
};

export const tableStays = (sides: Sides, id = ""): boolean => {
  const fate = sides.fate(id);
  return fate === "kept" || fate === "altered";
};

/** Those whose statements make this one, in the order in which they run: with the last it is whole. */
function makersOf(element: Element | undefined, sides: Sides): readonly ObjectId[] {
  if (element === undefined) return [];
  const isLast = comesLast(element, sides);
  if (!isLast && !tableStays(sides, element.parent)) return [];
  const makers = abovesOf(element, sides.to).filter(
    (above) => isMade(sides, above) && !isOnly(above) && (isLast || linkStays(sides, element.parent, above.parent)),
  );
  return inTurn(idsOf(makers), (id) => makersOf(sides.to.elements.get(id), sides));
}

export const comesFromAbove = (element: Element, sides: Sides): boolean => makersOf(element, sides).length > 0;

/** An index of the partitioned table alone, made with ONLY: those of partitions are attached to it one by one. */
export const isOnly = ({ kind, value }: Element): boolean =>
  kind === "index" && (value as IndexValue).partitioned && !(value as IndexValue).valid;

/** Those whose DROP takes this one along, the last of them when it runs. */
function takersOf(element: Element | undefined, sides: Sides): readonly ObjectId[] {
  if (element === undefined || element.inherited?.local === true) return [];
  const isFirst = leadsToOwnTree(element, sides.from);
  if (!isFirst && !tableStays(sides, element.parent)) return [];
  const aboves = abovesOf(element, sides.from).filter(
    (above) => isFirst || linkStays(sides, element.parent, above.parent),
  );
  if (!aboves.every((above) => isDropped(sides, above))) return [];
  return inTurn(idsOf(aboves), (id) => takersOf(sides.from.elements.get(id), sides));
}

export const goesFromAbove = (element: Element, sides: Sides): boolean => takersOf(element, sides).length > 0;

/** All that are whole with a new one, the lowest first. */
export const allBelow = <Value>(element: Element<Value>, sides: Sides): Element<Value>[] =>
  madeBelow(element, sides)
    .filter((one) => makersOf(one, sides).at(-1) === element.id)
    .flatMap((one) => [...allBelow(one, sides), one]);

/** The ends of all that a new one makes below, those that others have to make as well among them. */
export const endsBelow = (element: Element, sides: Sides): string[] =>
  madeBelow(element, sides).flatMap((one) => [goneMark(one.id), ...endsBelow(one, sides)]);

const madeBelow = <Value>({ id }: Element<Value>, sides: Sides): Element<Value>[] =>
  sides.to
    .dependents(id)
    .filter((one): one is Element<Value> => isMade(sides, one) && makersOf(one, sides).includes(id));

/** All that go with one that is dropped. */
export const allGoing = (element: Element, sides: Sides): ObjectId[] =>
  sides.from
    .dependents(element.id)
    .filter((one) => isDropped(sides, one) && takersOf(one, sides).at(-1) === element.id)
    .flatMap((one) => [one.id, ...allGoing(one, sides)]);

/** The ends of what else takes along what goes with it, and does so before. */
export const endsBefore = (going: readonly ObjectId[], sides: Sides): string[] =>
  going.flatMap((id) => takersOf(sides.from.elements.get(id), sides).slice(0, -1).map(goneMark));

const idsOf = (elements: readonly Element[]): ObjectId[] => elements.map(({ id }) => id);

/** What an action needs that comes after the old one of the same name is gone. */
export const goneMark = (id: string): string => `end of ${id}`;

import type { FiringMode } from "../../catalog/model/trigger.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule, Side, Sides } from "../rule.ts";
import { tableStays } from "./partitioned-part.ts";

type Value = ElementValues["trigger"];

/** The triggers that a partition has of its parent come and go with the parent's. */
export const TRIGGER: Rule<Value> = {
  create: (element, sides) => [
    ...(element.value.inherited
      ? []
      : [{ sql: element.value.definition, creates: [element.id, ...copiesOf(element, sides.to)] }]),
    ...firing(undefined, element, sides),
  ],
  drop(element, sides) {
    const { id, value } = element;
    const sql = `DROP TRIGGER ${quoteIdentifier(value.name)} ON ${quoteQualified(value.on)}`;
    // Those of partitions that go themselves go with them.
    const copies = copiesOf(element, sides.from).filter((copy) =>
      tableStays(sides, sides.from.elements.get(copy)?.parent),
    );
    return value.inherited ? [] : [{ sql, drops: [id, ...copies] }];
  },
  alter(before, after, sides) {
    if (before.value.inherited !== after.value.inherited) {
      return;
    }
    if (after.value.inherited || before.value.definition === after.value.definition) {
      return { actions: firing(before.value.enabled, after, sides) };
    }
    if (before.value.constraint || after.value.constraint || hasOtherCopies(before, after, sides)) {
      return;
    }
    const sql = after.value.definition.replace(/^CREATE TRIGGER/, "CREATE OR REPLACE TRIGGER");
    // It fires again as new ones do.
    return { actions: [{ sql, alters: [after.id] }, ...firing(undefined, after, sides)] };
  },
  noun({ value }) {
    const name = `TRIGGER ${quoteIdentifier(value.name)} ON ${quoteQualified(value.on)}`;
    return { comment: name, extension: name };
  },
};

/** A trigger for statements has none on partitions, and one that is replaced leaves those that it had. */
const hasOtherCopies = (before: Element<Value>, after: Element<Value>, { from, to }: Sides): boolean =>
  before.value.level !== after.value.level && copiesOf(before, from).length + copiesOf(after, to).length > 0;

/** Those of the partitions. */
function copiesOf({ parent = "", value: { name } }: Element<Value>, side: Side): readonly ObjectId[] {
  return side.children(parent).flatMap(({ value: { child } }) => {
    const copy = side.elements.get(objectId("trigger", child.schema, child.name, name)) as Element<Value> | undefined;
    return copy?.value.inherited === true ? [copy.id, ...copiesOf(copy, side)] : [];
  });
}

/** The statement that makes the trigger fire as it should, where it does not; `before` is undefined for what is new. */
function firing(before: FiringMode | undefined, { id, value }: Element<Value>, sides: Sides): readonly Action[] {
  const { root, copies } = treeOf(id, sides.to);
  const alike = copies.every((copy) => copy.value.enabled === root.value.enabled);
  const isRoot = root.id === id;
  // What is said of the root holds for its copies, unless ONLY stands there.
  const isSaid = alike && !isRoot && (before === undefined || isChanged(root, sides));
  const old = before ?? (alike || isRoot ? "origin" : undefined);
  if (isSaid || old === value.enabled) {
    return [];
  }
  const only = alike ? "" : "ONLY ";
  const sql = `ALTER TABLE ${only}${quoteQualified(value.on)} ${FIRING[value.enabled]} TRIGGER ${quoteIdentifier(value.name)}`;
  return [{ sql, alters: [id], needs: isRoot ? [] : [root.id] }];
}

const isChanged = ({ id, value }: Element<Value>, { from }: Sides): boolean =>
  (from.elements.get(id) as Element<Value> | undefined)?.value.enabled !== value.enabled;

/** The trigger that was made of all those in a tree of partitions, and the others. */
function treeOf(
  id: ObjectId,
  side: Side,
): { readonly root: Element<Value>; readonly copies: readonly Element<Value>[] } {
  const own = side.elements.get(id) as Element<Value>;
  const above = side
    .parents(own.parent ?? "")
    .map(({ value: { parent } }) => objectId("trigger", parent.schema, parent.name, own.value.name))
    .find((one) => own.value.inherited && side.elements.has(one));
  return above === undefined
    ? { root: own, copies: copiesOf(own, side).map((copy) => side.elements.get(copy) as Element<Value>) }
    : treeOf(above, side);
}

export const FIRING: Readonly<Record<FiringMode, string>> = {
  origin: "ENABLE",
  disabled: "DISABLE",
  replica: "ENABLE REPLICA",
  always: "ENABLE ALWAYS",
};

import type { FiringMode } from "../../catalog/model/trigger.ts";
import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";

type Value = ElementValues["trigger"];

/** The triggers that a partition has of its parent come and go with the parent's. */
export const TRIGGER: Rule<Value> = {
  create: (element, sides) => [
    ...(element.value.inherited ? [] : [{ sql: element.value.definition, creates: [element.id] }]),
    ...firing(undefined, element, sides),
  ],
  drop: ({ id, value }) =>
    value.inherited
      ? []
      : [{ sql: `DROP TRIGGER ${quoteIdentifier(value.name)} ON ${quoteQualified(value.on)}`, drops: [id] }],
  alter(before, after, sides) {
    if (before.value.inherited !== after.value.inherited) {
      return;
    }
    if (after.value.inherited || before.value.definition === after.value.definition) {
      return { actions: firing(before, after, sides) };
    }
    if (before.value.constraint || after.value.constraint) {
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

/** The statement that makes the trigger fire as it should, where it does not. */
function firing(before: Element<Value> | undefined, after: Element<Value>, sides: Sides): readonly Action[] {
  const { id, value } = after;
  const above = value.inherited ? aboveOf(after, sides) : undefined;
  const old = before?.value.enabled ?? "origin";
  const isRight =
    above === undefined
      ? old === value.enabled
      : value.enabled === above.value.enabled && isSetFromAbove(old, value.enabled, above, sides);
  return isRight
    ? []
    : [
        {
          sql: `ALTER TABLE ${quoteQualified(value.on)} ${FIRING[value.enabled]} TRIGGER ${quoteIdentifier(value.name)}`,
          alters: [id],
          needs: above === undefined ? [] : [above.id],
        },
      ];
}

/** The same trigger of the partitioned table: what is said of it holds for all partitions. */
function aboveOf({ value }: Element<Value>, { to }: Sides): Element<Value> | undefined {
  const table = to.catalog.tables.find(({ schema, name }) => schema === value.on.schema && name === value.on.name);
  const parent = table?.partitionOf?.parent;
  const found = parent && to.elements.get(objectId("trigger", parent.schema, parent.name, value.name));
  return found as Element<Value> | undefined;
}

function isSetFromAbove(old: FiringMode, now: FiringMode, above: Element<Value>, { from }: Sides): boolean {
  const before = from.elements.get(above.id) as Element<Value> | undefined;
  return old === now || before?.value.enabled !== now;
}

export const FIRING: Readonly<Record<FiringMode, string>> = {
  origin: "ENABLE",
  disabled: "DISABLE",
  replica: "ENABLE REPLICA",
  always: "ENABLE ALWAYS",
};

import type { Column } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Policy } from "../../catalog/model/policy.ts";
import type { Rule } from "../../catalog/model/rule.ts";
import type { Trigger } from "../../catalog/model/trigger.ts";
import type { MaterializedView, View } from "../../catalog/model/view.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { OnRelation } from "../element-values.ts";
import type { Collector } from "./collector.ts";
import { collectClusterMark, collectIndex } from "./index-elements.ts";

/** What the schema gives to only one: the name of a relation, and the name of a type. */
export const relationName = ({ schema, name }: QualifiedName): string => `relation ${schema}.${name}`;
export const typeName = ({ schema, name }: QualifiedName): string => `type ${schema}.${name}`;

/** What the table gives to only one trigger. */
export const triggerName = ({ schema, name }: QualifiedName, trigger: { readonly name: string }): string =>
  `trigger ${schema}.${name}.${trigger.name}`;

export function collectView(collector: Collector, view: View): void {
  const { columns, triggers, rules, owner: _, comment: __, grants: ___, ...value } = view;
  const { schema, name } = view;
  const id = objectId("view", schema, name);
  collector.add("view", id, value, {
    needs: [objectId("schema", schema)],
    claims: [relationName(view), typeName(view)],
    governed: view,
  });
  const on = { schema, name, kind: "view" } as const;
  collectViewColumns(collector, id, on, columns);
  collectTriggers(collector, id, on, triggers);
  collectRules(collector, id, on, rules);
}

export function collectMaterializedView(collector: Collector, view: MaterializedView): void {
  const { columns, indexes, owner: _, comment: __, grants: ___, ...value } = view;
  const { schema, name } = view;
  const id = objectId("materialized view", schema, name);
  collector.add("materialized view", id, value, {
    needs: [objectId("schema", schema)],
    claims: [relationName(view), typeName(view)],
    governed: view,
  });
  const on = { schema, name, kind: "materialized view" } as const;
  collectViewColumns(collector, id, on, columns);
  for (const index of indexes) {
    collectIndex(collector, id, on, index);
  }
  collectClusterMark(collector, id, on, indexes);
}

/** The query says what the columns are. */
function collectViewColumns(
  collector: Collector,
  parent: ObjectId,
  on: OnRelation["on"],
  columns: readonly Column[],
): void {
  for (const column of columns) {
    const { name, storage, compression, statisticsTarget, options } = column;
    const id = objectId("column", on.schema, on.name, name);
    const value = {
      on,
      name,
      ...(storage === undefined ? {} : { storage }),
      ...(compression === undefined ? {} : { compression }),
      ...(statisticsTarget === undefined ? {} : { statisticsTarget }),
      ...(options === undefined ? {} : { options }),
    };
    collector.add("column", id, value, { parent, governed: column });
    collectDefault(collector, id, on, column);
  }
}

export function collectDefault(collector: Collector, parent: ObjectId, on: OnRelation["on"], column: Column): void {
  const id = objectId("default", on.schema, on.name, column.name);
  if (column.default === undefined) {
    collector.alias(id, parent);
  } else {
    collector.add("default", id, { on, column: column.name, expression: column.default }, { parent });
  }
}

export function collectTriggers(
  collector: Collector,
  parent: ObjectId,
  on: OnRelation["on"],
  triggers: readonly Trigger[],
): void {
  for (const trigger of triggers) {
    const { comment: _, ...value } = trigger;
    const id = objectId("trigger", on.schema, on.name, trigger.name);
    const claims = trigger.inherited ? [] : [triggerName(on, trigger)];
    collector.add("trigger", id, { ...value, on }, { parent, claims, governed: trigger });
  }
}

export function collectRules(
  collector: Collector,
  parent: ObjectId,
  on: OnRelation["on"],
  rules: readonly Rule[],
): void {
  for (const rule of rules) {
    const { comment: _, ...value } = rule;
    const id = objectId("rule", on.schema, on.name, rule.name);
    collector.add("rule", id, { ...value, on }, { parent, governed: rule });
  }
}

export function collectPolicies(
  collector: Collector,
  parent: ObjectId,
  on: OnRelation["on"],
  policies: readonly Policy[],
): void {
  for (const policy of policies) {
    const { comment: _, ...value } = policy;
    const id = objectId("policy", on.schema, on.name, policy.name);
    collector.add("policy", id, { ...value, on }, { parent, governed: policy });
  }
}

import type { Column, ColumnIdentity } from "../../catalog/model/column.ts";
import type { Constraint, ExclusionConstraint, KeyConstraint } from "../../catalog/model/constraint.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import type { ColumnValue, OnRelation, TableValue } from "../element-values.ts";
import type { Collector } from "./collector.ts";
import { collectClusterMark, collectIndex, indexElement } from "./index-elements.ts";
import {
  collectDefault,
  collectPolicies,
  collectRules,
  collectTriggers,
  relationName,
  triggerName,
  typeName,
} from "./relation-elements.ts";

export function collectTable(collector: Collector, table: Table): void {
  const { schema, name, partitionOf } = table;
  const id = objectId("table", schema, name);
  const on = { schema, name, kind: table.kind === "foreign" ? "foreign table" : "table" } as const;
  collector.add("table", id, tableValue(table), {
    needs: [objectId("schema", schema)],
    claims: [relationName(table), typeName(table)],
    governed: table,
  });
  for (const column of table.columns) {
    collectColumn(collector, id, table, on, column);
  }
  for (const constraint of table.constraints) {
    collectConstraint(collector, id, table, on, constraint);
  }
  // Those that an index above takes up come first: it takes the first one that fits.
  const taken = table.indexes.filter(({ parent }) => parent !== undefined).map((index) => indexElement(on, index));
  for (const index of table.indexes) {
    const after = partitionOf === undefined ? [] : [inheritanceId(table, partitionOf.parent), ...taken];
    collectIndex(collector, id, on, index, after);
  }
  collectInheritance(collector, id, table);
  collectReplicaIdentity(collector, id, on, table);
  collectClusterMark(collector, id, on, table.indexes);
  collectTriggers(collector, id, on, table.triggers);
  collectRules(collector, id, on, table.rules);
  collectPolicies(collector, id, on, table.policies);
}

/** What the table gives to only one constraint. */
const constraintName = (on: OnRelation["on"], name: string): string => `constraint ${on.schema}.${on.name}.${name}`;

function tableValue(table: Table): TableValue {
  const { schema, name, kind, persistence, rowSecurity, forceRowSecurity } = table;
  const { accessMethod, tablespace, options, ofType, partitioning, foreign } = table;
  return {
    schema,
    name,
    kind,
    persistence,
    rowSecurity,
    forceRowSecurity,
    ...(accessMethod === undefined ? {} : { accessMethod }),
    ...(tablespace === undefined ? {} : { tablespace }),
    ...(options === undefined ? {} : { options }),
    ...(ofType === undefined ? {} : { ofType }),
    ...(partitioning === undefined ? {} : { partitioning }),
    ...(foreign === undefined ? {} : { foreign }),
  };
}

function collectColumn(
  collector: Collector,
  parent: ObjectId,
  table: Table,
  on: OnRelation["on"],
  column: Column,
): void {
  const id = objectId("column", on.schema, on.name, column.name);
  const { identity, notNullConstraint, inheritedFrom, local } = column;
  collector.add("column", id, columnValue(on, column, collector.columnOrder), {
    parent,
    // One that is the table's own too can do without its parents'.
    needs:
      inheritedFrom === 0 || local
        ? []
        : parentsOf(table).map((above) => objectId("column", above.schema, above.name, column.name)),
    claims: [
      ...(identity === undefined ? [] : [relationName(identity.sequence)]),
      ...(notNullConstraint === undefined ? [] : [constraintName(on, notNullConstraint.name)]),
    ],
    ...(inheritedFrom === 0 ? {} : { inherited: { local, localNotNull: notNullConstraint?.local === true } }),
    governed: column,
  });
  if (identity !== undefined) {
    const { schema, name } = identity.sequence;
    collector.add(
      "identity sequence",
      `identity sequence:${id}`,
      { schema, name },
      {
        parent: id,
        needs: [parent],
        governed: identity.sequence,
      },
    );
  }
  collectDefault(collector, id, on, column);
  if (notNullConstraint !== undefined) {
    collector.alias(objectId("constraint", on.schema, on.name, notNullConstraint.name), id);
  }
}

const parentsOf = ({ partitionOf, inherits }: Table): readonly QualifiedName[] =>
  partitionOf === undefined ? inherits : [partitionOf.parent];

function columnValue(on: OnRelation["on"], column: Column, columnOrder: boolean): ColumnValue {
  const { ordinal, default: _, inheritedFrom: __, local: ___, grants: ____, comment: _____, ...value } = column;
  const { notNullConstraint, identity, ...rest } = value;
  const { name, validated, noInherit } = notNullConstraint ?? {};
  return {
    ...rest,
    on,
    ...(identity === undefined ? {} : { identity: withoutAccess(identity) }),
    ...(name === undefined || validated === undefined || noInherit === undefined
      ? {}
      : { notNullConstraint: { name, validated, noInherit } }),
    ...(columnOrder ? { ordinal } : {}),
  };
}

/** What is granted on it and said of it stands in an element of its own. */
function withoutAccess({ generation, sequence }: ColumnIdentity): ColumnIdentity {
  const { grants: _, comment: __, ...rest } = sequence;
  return { generation, sequence: rest };
}

function collectConstraint(
  collector: Collector,
  parent: ObjectId,
  table: Table,
  on: OnRelation["on"],
  constraint: Constraint,
): void {
  const { comment: _, inheritedFrom, local, ...value } = constraint;
  collector.add(
    "constraint",
    objectId("constraint", on.schema, on.name, constraint.name),
    { ...value, on },
    {
      parent,
      needs: local && constraint.parent === undefined ? [] : abovesOf(table, constraint),
      claims: [
        constraintName(on, constraint.name),
        ...(isKey(constraint) ? [`relation ${on.schema}.${constraint.index}`] : []),
        ...(constraint.type === "primary key" ? [`primary key ${on.schema}.${on.name}`] : []),
      ],
      ...(inheritedFrom === 0 ? {} : { inherited: { local } }),
      governed: constraint,
    },
  );
}

const isKey = (constraint: Constraint): constraint is KeyConstraint | ExclusionConstraint =>
  constraint.type !== "check" && constraint.type !== "foreign key";

function collectInheritance(collector: Collector, child: ObjectId, table: Table): void {
  const { schema, name, partitionOf } = table;
  for (const parent of parentsOf(table)) {
    const above = objectId("table", parent.schema, parent.name);
    const value = {
      child: { schema, name },
      parent,
      ...(partitionOf === undefined ? {} : { bound: partitionOf.bound }),
    };
    const handedDown = table.columns.filter(({ inheritedFrom }) => inheritedFrom > 0);
    collector.add("inheritance", inheritanceId({ schema, name }, parent), value, {
      parent: child,
      needs: [above],
      after: [
        ...table.columns.map((column) => objectId("column", schema, name, column.name)),
        ...handedDown.flatMap((column) => [
          objectId("column", parent.schema, parent.name, column.name),
          objectId("default", parent.schema, parent.name, column.name),
        ]),
        ...table.constraints.map((constraint) => objectId("constraint", schema, name, constraint.name)),
        ...table.constraints.flatMap((constraint) => abovesOf(table, constraint)),
        // A partition takes the first index that fits one of its parent's: those of its own come later.
        ...table.indexes.flatMap((index) =>
          index.parent === undefined
            ? []
            : [objectId("index", schema, index.name), objectId("index", index.parent.schema, index.parent.name)],
        ),
      ],
      // Siblings must not overlap: whoever leaves goes before anybody comes. With its place come its parent's triggers.
      claims:
        partitionOf === undefined
          ? []
          : [
              `bounds ${above}`,
              ...table.triggers.filter(({ inherited }) => inherited).map((trigger) => triggerName(table, trigger)),
            ],
    });
  }
}

/** The constraints of parents that this one comes from. */
function abovesOf(table: Table, { type, name, parent, inheritedFrom }: Constraint): ObjectId[] {
  if (parent !== undefined) return [objectId("constraint", parent.schema, parent.table, parent.name)];
  if (type !== "check" || inheritedFrom === 0) return [];
  return parentsOf(table).map((above) => objectId("constraint", above.schema, above.name, name));
}

const inheritanceId = (child: QualifiedName, parent: QualifiedName): ObjectId =>
  `inheritance:${objectId("table", child.schema, child.name)} ${objectId("table", parent.schema, parent.name)}`;

function collectReplicaIdentity(
  collector: Collector,
  parent: ObjectId,
  on: OnRelation["on"],
  { replicaIdentity, indexes }: Table,
): void {
  const index = indexes.find((one) => one.replicaIdentity);
  // Without its index it is as good as none.
  const identity = replicaIdentity === "index" && index === undefined ? "nothing" : replicaIdentity;
  if (identity !== "default" && on.kind === "table") {
    collector.add(
      "replica identity",
      `replica identity:${parent}`,
      { on, identity, ...(index === undefined ? {} : { index: index.name }) },
      { parent, needs: index === undefined ? [] : [indexElement(on, index)] },
    );
  }
}

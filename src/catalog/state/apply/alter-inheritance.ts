import { nodeAs } from "../../../sql/node-as.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Alter } from "./alteration.ts";
import { changeTable, depend, withField } from "./edit.ts";
import { inheritCheck } from "./inherited.ts";
import { nameOfRange } from "./nodes.ts";
import { becomePartition, boundText } from "./partitions.ts";

export const alterInheritance: Alter = ({ state, table, command }) => {
  switch (command.subtype) {
    case "AT_AddInherit": {
      const parent = state.resolved(nameOfRange(nodeAs(command.def, "RangeVar")));
      adopt(state, parent, table, false);
      depend(state, objectId("table", table.schema, table.name), [objectId("table", parent.schema, parent.name)]);
      changeTable(state, table, (one) => ({ ...one, inherits: [...one.inherits, parent] }));
      return true;
    }
    case "AT_DropInherit": {
      const parent = state.resolved(nameOfRange(nodeAs(command.def, "RangeVar")));
      release(state, parent, table);
      changeTable(state, table, (one) => ({
        ...one,
        inherits: one.inherits.filter((each) => keyOf(each) !== keyOf(parent)),
      }));
      return true;
    }
    case "AT_AttachPartition": {
      const part = nodeAs(command.def, "PartitionCmd");
      const partition = state.table(nameOfRange(part?.name));
      if (partition !== undefined && part?.bound !== undefined) {
        const bound = boundText(part.bound);
        adopt(state, table, partition, true);
        const id = objectId("table", partition.schema, partition.name);
        depend(state, id, [objectId("table", table.schema, table.name)], "automatic");
        changeTable(state, partition, (one) => ({
          ...one,
          partitionOf: { parent: { schema: table.schema, name: table.name }, bound, detachPending: false },
        }));
        becomePartition(state, partition, table);
      }
      return true;
    }
    case "AT_DetachPartition":
    case "AT_DetachPartitionFinalize": {
      const partition = state.table(nameOfRange(nodeAs(command.def, "PartitionCmd")?.name));
      if (partition !== undefined) {
        release(state, table, partition);
        standAlone(state, table, partition);
      }
      return true;
    }
    default:
      return false;
  }
};

/** `MergeAttributesIntoExisting` and `MergeConstraintsIntoExisting`: what the child has already counts as inherited. */
function adopt(state: CatalogState, parent: QualifiedName, child: Table, isPartition: boolean): void {
  const from = state.table(parent);
  if (from === undefined) {
    return;
  }
  changeTable(state, child, (one) => ({
    ...one,
    columns: one.columns.map((column) => {
      const above = from.columns.find(({ name }) => name === column.name);
      if (above === undefined) {
        return column;
      }
      const constraint = column.notNullConstraint;
      const inherits = above.notNullConstraint !== undefined && !above.notNullConstraint.noInherit;
      return {
        ...column,
        inheritedFrom: column.inheritedFrom + 1,
        local: column.local && !isPartition,
        ...(constraint === undefined || !inherits
          ? {}
          : {
              notNullConstraint: {
                ...constraint,
                inheritedFrom: constraint.inheritedFrom + 1,
                local: constraint.local && !isPartition,
              },
            }),
      };
    }),
  }));
  for (const constraint of from.constraints) {
    if (constraint.type === "check" && !constraint.noInherit) {
      inheritCheck(state, child, parent, constraint, isPartition);
    }
  }
}

/** `RemoveInheritance`: what nobody hands down any more is the child's own. */
function release(state: CatalogState, parent: QualifiedName, child: Table): void {
  const from = state.table(parent);
  const id = objectId("table", child.schema, child.name);
  state.store.setDependencies(
    id,
    state.store.dependenciesOf(id).filter(({ to }) => to !== objectId("table", parent.schema, parent.name)),
  );
  const checks = new Set(
    (from?.constraints ?? []).filter(({ type, noInherit }) => type === "check" && !noInherit).map(({ name }) => name),
  );
  const less = <T extends { readonly inheritedFrom: number; readonly local: boolean }>(one: T): T => {
    const inheritedFrom = Math.max(0, one.inheritedFrom - 1);
    return { ...one, inheritedFrom, local: one.local || inheritedFrom === 0 };
  };
  changeTable(state, child, (one) => ({
    ...one,
    columns: one.columns.map((column) => {
      const above = from?.columns.find(({ name }) => name === column.name);
      if (above === undefined) {
        return column;
      }
      const constraint = column.notNullConstraint;
      return {
        ...less(column),
        ...(constraint === undefined || above.notNullConstraint === undefined || constraint.inheritedFrom === 0
          ? {}
          : { notNullConstraint: less(constraint) }),
      };
    }),
    constraints: one.constraints.map((constraint) =>
      constraint.type === "check" && checks.has(constraint.name) && constraint.inheritedFrom > 0
        ? less(constraint)
        : constraint,
    ),
  }));
}

/** A partition that is detached keeps its indexes and keys as its own, and loses its parent's triggers. */
function standAlone(state: CatalogState, parent: QualifiedName, partition: Table): void {
  for (const trigger of partition.triggers.filter(({ inherited }) => inherited)) {
    state.store.setDependencies(objectId("trigger", partition.schema, partition.name, trigger.name), []);
  }
  changeTable(state, partition, (one) => ({
    ...withField(one, "partitionOf", undefined),
    triggers: one.triggers.filter(({ inherited }) => !inherited),
    indexes: one.indexes.map((index) => withField(index, "parent", undefined)),
    constraints: one.constraints.map((constraint) =>
      constraint.parent !== undefined && constraint.parent.table === parent.name
        ? { ...withField(constraint, "parent", undefined), local: true, inheritedFrom: 0 }
        : constraint,
    ),
  }));
}

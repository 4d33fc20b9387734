import { nodeAs } from "../../../sql/node-as.ts";
import type { Constraint } from "../../model/constraint.ts";
import type { QualifiedName } from "../../model/names.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { addConstraint } from "./add-constraint.ts";
import type { Alter } from "./alteration.ts";
import { dropConstraint } from "./drop-object.ts";
import { changeConstraint, tableNow } from "./edit.ts";
import { dropNotNull, putConstraint } from "./not-null.ts";

export const alterConstraint: Alter = ({ state, table, command, recurse }) => {
  const name = command.name ?? "";
  switch (command.subtype) {
    case "AT_AddConstraint":
    case "AT_AddIndexConstraint": {
      const node = nodeAs(command.def, "Constraint");
      if (node !== undefined) {
        addConstraint(state, table, node);
      }
      return true;
    }
    case "AT_DropConstraint": {
      const column = table.columns.find(({ notNullConstraint }) => notNullConstraint?.name === name);
      if (column === undefined) {
        dropConstraint(state, table, name, recurse);
        state.store.setDependencies(objectId("constraint", table.schema, table.name, name), []);
      } else {
        dropNotNull(state, table, column.name);
      }
      return true;
    }
    case "AT_ValidateConstraint":
      validate(state, table, name);
      return true;
    case "AT_AlterConstraint": {
      const change = nodeAs(command.def, "ATAlterConstraint");
      const { conname = "" } = change ?? {};
      copies(state, table, conname, (constraint) => ({
        ...constraint,
        ...(change?.alterDeferrability === true
          ? { deferrable: change.deferrable === true, initiallyDeferred: change.initdeferred === true }
          : {}),
        ...(change?.alterEnforceability === true
          ? { enforced: change.is_enforced === true, validated: change.is_enforced === true }
          : {}),
      }));
      const column = table.columns.find(({ notNullConstraint }) => notNullConstraint?.name === conname);
      if (change?.alterInheritability === true && column?.notNullConstraint !== undefined) {
        putConstraint(state, table, column.name, { ...column.notNullConstraint, noInherit: change.noinherit === true });
        inheritability(state, table, column.name, change.noinherit === true);
      }
      return true;
    }
    default:
      return false;
  }
};

/** Children get the constraint, or stop inheriting the one that they have. */
function inheritability(state: CatalogState, table: QualifiedName, column: string, noInherit: boolean): void {
  const constraint = tableNow(state, table)?.columns.find(({ name }) => name === column)?.notNullConstraint;
  if (constraint === undefined) {
    return;
  }
  for (const child of state.childrenOf(table)) {
    const own = child.columns.find(({ name }) => name === column)?.notNullConstraint;
    if (noInherit && own !== undefined) {
      putConstraint(state, child, column, { ...own, inheritedFrom: Math.max(0, own.inheritedFrom - 1), local: true });
    } else if (!noInherit) {
      putConstraint(
        state,
        child,
        column,
        own === undefined
          ? { ...constraint, local: false, inheritedFrom: 1 }
          : { ...own, inheritedFrom: own.inheritedFrom + 1 },
      );
    }
  }
}

/** Changes a constraint, and those of children that follow it. */
function copies(
  state: CatalogState,
  table: QualifiedName,
  name: string,
  change: (constraint: Constraint) => Constraint,
): void {
  const before = tableNow(state, table)?.constraints.find((one) => one.name === name);
  if (before === undefined) {
    return;
  }
  changeConstraint(state, table, name, change);
  for (const child of state.childrenOf(table)) {
    for (const own of child.constraints) {
      const follows =
        own.parent === undefined
          ? before.type === "check" && !before.noInherit && own.name === name
          : own.parent.name === name && own.parent.table === table.name && own.parent.schema === table.schema;
      if (follows) {
        copies(state, child, own.name, change);
      }
    }
  }
}

function validate(state: CatalogState, table: QualifiedName, name: string): void {
  copies(state, table, name, (constraint) => ({ ...constraint, validated: true }));
  const column = tableNow(state, table)?.columns.find(({ notNullConstraint }) => notNullConstraint?.name === name);
  if (column?.notNullConstraint === undefined) {
    return;
  }
  putConstraint(state, table, column.name, { ...column.notNullConstraint, validated: true });
  for (const child of state.descendantsOf(table)) {
    const own = child.columns.find((one) => one.name === column.name)?.notNullConstraint;
    if (own !== undefined) {
      putConstraint(state, child, column.name, { ...own, validated: true });
    }
  }
}

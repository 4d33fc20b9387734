import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { Column } from "../../model/column.ts";
import type { Table } from "../../model/table.ts";
import type { FiringMode } from "../../model/trigger.ts";
import { objectId } from "../../object-id.ts";
import { keyOf } from "../key-of.ts";
import type { Alter, Alteration } from "./alteration.ts";
import { withOwner } from "./comments.ts";
import { sequencePersistence } from "./define-column.ts";
import { changeTable, depend, withField } from "./edit.ts";
import { writtenName } from "./nodes.ts";
import { genericOptions, optionsReset, optionsSet } from "./options.ts";
import { typeNamed } from "./type-reference.ts";

const TRIGGER_MODES: Readonly<Record<string, FiringMode>> = {
  AT_EnableTrig: "origin",
  AT_EnableAlwaysTrig: "always",
  AT_EnableReplicaTrig: "replica",
  AT_DisableTrig: "disabled",
  AT_EnableTrigAll: "origin",
  AT_DisableTrigAll: "disabled",
  AT_EnableTrigUser: "origin",
  AT_DisableTrigUser: "disabled",
};

const RULE_MODES: Readonly<Record<string, FiringMode>> = {
  AT_EnableRule: "origin",
  AT_EnableAlwaysRule: "always",
  AT_EnableReplicaRule: "replica",
  AT_DisableRule: "disabled",
};

/** What belongs to the table as a whole: owner, options, row security, triggers and rules on and off, … */
export const alterProperty: Alter = (alteration) => {
  const { state, table, command } = alteration;
  const change = (next: (one: Table) => Table): true => {
    changeTable(state, table, next);
    return true;
  };
  const { subtype = "AT_AddColumn", name = "" } = command;
  const list = nodeAs(command.def, "List")?.items;
  const triggerMode = TRIGGER_MODES[subtype];
  const ruleMode = RULE_MODES[subtype];
  if (triggerMode !== undefined) {
    return setTriggers(alteration, triggerMode);
  }
  if (ruleMode !== undefined) {
    return change((one) => ({
      ...one,
      rules: one.rules.map((rule) => (rule.name === name ? { ...rule, enabled: ruleMode } : rule)),
    }));
  }
  switch (subtype) {
    case "AT_ChangeOwner":
      return setOwner(alteration, command.newowner?.rolename ?? state.user);
    case "AT_ClusterOn":
    case "AT_DropCluster":
      return change((one) => ({
        ...one,
        indexes: one.indexes.map((index) => ({
          ...index,
          clustered: subtype === "AT_ClusterOn" && index.name === name,
        })),
      }));
    case "AT_SetLogged":
    case "AT_SetUnLogged":
      return setPersistence(alteration, subtype === "AT_SetLogged" ? "permanent" : "unlogged");
    case "AT_SetAccessMethod":
      return change((one) => ({ ...one, accessMethod: command.name ?? "heap" }));
    case "AT_SetTableSpace":
      return change((one) => withField(one, "tablespace", name === "pg_default" ? undefined : name));
    case "AT_SetRelOptions":
    case "AT_ReplaceRelOptions":
      return change((one) => withField(one, "options", optionsSet(one.options, list)));
    case "AT_ResetRelOptions":
      return change((one) => withField(one, "options", optionsReset(one.options, list)));
    case "AT_GenericOptions":
      return change((one) =>
        one.foreign === undefined
          ? one
          : { ...one, foreign: { ...one.foreign, options: genericOptions(one.foreign.options, list) } },
      );
    case "AT_EnableRowSecurity":
    case "AT_DisableRowSecurity":
      return change((one) => ({ ...one, rowSecurity: subtype === "AT_EnableRowSecurity" }));
    case "AT_ForceRowSecurity":
    case "AT_NoForceRowSecurity":
      return change((one) => ({ ...one, forceRowSecurity: subtype === "AT_ForceRowSecurity" }));
    case "AT_ReplicaIdentity":
      return setReplicaIdentity(alteration);
    case "AT_AddOf": {
      const type = typeNamed(writtenName(namesOf(nodeAs(command.def, "TypeName")?.names)), state);
      depend(state, objectId("table", table.schema, table.name), [objectId("type", type.schema, type.name)]);
      return change((one) => ({ ...one, ofType: type }));
    }
    case "AT_DropOf": {
      const id = objectId("table", table.schema, table.name);
      const { ofType } = table;
      const type = ofType === undefined ? "" : objectId("type", ofType.schema, ofType.name);
      state.store.setDependencies(
        id,
        state.store.dependenciesOf(id).filter(({ to }) => to !== type),
      );
      return change((one) => withField(one, "ofType", undefined));
    }
    default:
      return false;
  }
};

/** Row triggers of a partitioned table are switched on its partitions too; ALL reaches those of foreign keys. */
function setTriggers({ state, table, command, recurse }: Alteration, mode: FiringMode): true {
  const { subtype, name } = command;
  const all = subtype === "AT_EnableTrigAll" || subtype === "AT_DisableTrigAll";
  const named = !(all || subtype === "AT_EnableTrigUser" || subtype === "AT_DisableTrigUser");
  for (const one of recurse ? [table, ...partitionsBelow(state, table)] : [table]) {
    changeTable(state, one, (now) => ({
      ...now,
      triggers: now.triggers.map((trigger) =>
        !named || trigger.name === name ? { ...trigger, enabled: mode } : trigger,
      ),
    }));
  }
  if (all) {
    const triggersDisabled = mode === "disabled";
    changeTable(state, table, (now) => ({
      ...now,
      constraints: now.constraints.map((constraint) =>
        constraint.type === "foreign key" ||
        (constraint.deferrable && (constraint.type === "unique" || constraint.type === "primary key"))
          ? { ...constraint, triggersDisabled }
          : constraint,
      ),
    }));
    for (const { table: from, constraint } of state.keysReferencing(table)) {
      changeTable(state, from, (now) => ({
        ...now,
        constraints: now.constraints.map((one) => (one.name === constraint ? { ...one, triggersDisabled } : one)),
      }));
    }
  }
  return true;
}

const partitionsBelow = (state: Alteration["state"], table: Table): readonly Table[] =>
  table.kind === "partitioned" ? state.descendantsOf(table) : [];

function setOwner({ state, table }: Alteration, owner: string): true {
  changeTable(state, table, (one) => ({
    ...withOwner(one, owner),
    columns: one.columns.map((column) => withIdentityOf(column, one.owner, owner)),
  }));
  for (const key of state.store.linked("sequencesOf", keyOf(table))) {
    const sequence = state.store.maps.sequences.get(key);
    if (sequence !== undefined) {
      state.store.put("sequences", key, withOwner(sequence, owner));
    }
  }
  return true;
}

function withIdentityOf(column: Column, before: string, owner: string): Column {
  const { identity } = column;
  if (identity?.sequence.grants === undefined) return column;
  const { owner: _, ...sequence } = withOwner({ ...identity.sequence, owner: before }, owner);
  return { ...column, identity: { ...identity, sequence } };
}

function setPersistence({ state, table }: Alteration, persistence: "permanent" | "unlogged"): true {
  const sequences = sequencePersistence({ ...table, persistence }, state);
  changeTable(state, table, (one) => ({
    ...one,
    persistence,
    columns: one.columns.map((column) =>
      column.identity === undefined
        ? column
        : {
            ...column,
            identity: { ...column.identity, sequence: { ...column.identity.sequence, persistence: sequences } },
          },
    ),
  }));
  for (const key of state.store.linked("sequencesOf", keyOf(table))) {
    const sequence = state.store.maps.sequences.get(key);
    if (sequence !== undefined) {
      state.store.put("sequences", key, { ...sequence, persistence: sequences });
    }
  }
  return true;
}

const IDENTITIES: Readonly<Record<string, Table["replicaIdentity"]>> = {
  d: "default",
  n: "nothing",
  f: "full",
  i: "index",
};

function setReplicaIdentity({ state, table, command }: Alteration): true {
  const node = nodeAs(command.def, "ReplicaIdentityStmt");
  changeTable(state, table, (one) => ({
    ...one,
    replicaIdentity: IDENTITIES[node?.identity_type ?? "d"] ?? "default",
    indexes: one.indexes.map((index) => ({
      ...index,
      replicaIdentity: node?.identity_type === "i" && index.name === node.name,
    })),
  }));
  return true;
}

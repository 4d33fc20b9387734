import { nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Policy } from "../../model/policy.ts";
import type { Rule } from "../../model/rule.ts";
import type { FiringMode, Trigger } from "../../model/trigger.ts";
import { objectId, routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers } from "./applier.ts";
import { changeTable, depend, tableNow } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { nameOfRange, writtenName } from "./nodes.ts";
import { inheritTriggers } from "./partitions.ts";
import { referencesIn } from "./references.ts";

/** The bits of `tgtype` in PostgreSQL's pg_trigger.h. */
const BEFORE = 2;
const INSTEAD = 64;
const EVENTS = [
  ["insert", 4],
  ["update", 16],
  ["delete", 8],
  ["truncate", 32],
] as const;

const RULE_EVENTS: Readonly<Record<string, Rule["event"]>> = {
  CMD_SELECT: "select",
  CMD_UPDATE: "update",
  CMD_INSERT: "insert",
  CMD_DELETE: "delete",
};

const FIRING: Readonly<Record<string, FiringMode>> = { O: "origin", D: "disabled", R: "replica", A: "always" };

/** Triggers, rules, policies and event triggers. */
export const TRIGGER_APPLIERS: Appliers = {
  CreateTrigStmt(node, { state }) {
    const on = state.resolved(nameOfRange(node.relation));
    const events = node.events ?? 0;
    const timing = node.timing ?? 0;
    const transitions = nodesAs(node.transitionRels, "TriggerTransition");
    const table = (isNew: boolean): string | undefined =>
      transitions.find((one) => (one.isNew === true) === isNew)?.name;
    const columns = namesOf(node.columns);
    const called = functionNamed(namesOf(node.funcname), state);
    const trigger: Trigger = {
      name: node.trigname ?? "",
      definition: "",
      enabled: "origin",
      timing: timing === BEFORE ? "before" : timing === INSTEAD ? "instead of" : "after",
      events: EVENTS.filter(([, bit]) => (events & bit) !== 0).map(([event]) => event),
      level: node.row === true ? "row" : "statement",
      columns,
      function: called.name,
      ...(node.whenClause === undefined ? {} : { when: expressionText(node.whenClause) }),
      ...optional("oldTable", table(false)),
      ...optional("newTable", table(true)),
      constraint: node.isconstraint === true,
      deferrable: node.deferrable === true,
      initiallyDeferred: node.initdeferred === true,
      inherited: false,
    };
    putPart(state, on, "triggers", trigger);
    const id = objectId("trigger", on.schema, on.name, trigger.name);
    state.store.setDependencies(id, []);
    const found = referencesIn(node.whenClause, state);
    const tested = found.columns.filter(([row]) => row === "new" || row === "old").flatMap((parts) => parts[1] ?? []);
    depend(state, id, [...called.ids, ...found.objects]);
    depend(
      state,
      id,
      [...columns, ...tested].map((name) => objectId("column", on.schema, on.name, name)),
    );
    for (const partition of trigger.level === "row" ? state.partitionsOf(on) : []) {
      inheritTriggers(state, partition, on, trigger.name);
    }
  },
  RuleStmt(node, { state, unfollowed }) {
    if ((node.actions ?? []).length > 0 || node.whereClause !== undefined) {
      unfollowed(`what the rule ${node.rulename ?? ""} depends on`);
    }
    const on = state.resolved(nameOfRange(node.relation));
    putPart(state, on, "rules", {
      name: node.rulename ?? "",
      definition: "",
      event: RULE_EVENTS[node.event ?? ""] ?? "select",
      instead: node.instead === true,
      enabled: "origin",
    });
  },
  CreatePolicyStmt(node, { state, unfollowed }) {
    const on = state.resolved(nameOfRange(node.table));
    const policy: Policy = {
      name: node.policy_name ?? "",
      command: (node.cmd_name ?? "all").toLowerCase() as Policy["command"],
      permissive: node.permissive === true,
      roles: policyRoles(node.roles, state),
      ...(node.qual === undefined ? {} : { using: expressionText(node.qual) }),
      ...(node.with_check === undefined ? {} : { check: expressionText(node.with_check) }),
    };
    putPart(state, on, "policies", policy);
    recordPolicy(state, on, policy.name, [node.qual, node.with_check], unfollowed);
  },
  AlterPolicyStmt(node, { state, unfollowed }) {
    const on = state.resolved(nameOfRange(node.table));
    changeTable(state, on, (table) => ({
      ...table,
      policies: table.policies.map((policy) =>
        policy.name === node.policy_name
          ? {
              ...policy,
              ...(node.roles === undefined ? {} : { roles: policyRoles(node.roles, state) }),
              ...(node.qual === undefined ? {} : { using: expressionText(node.qual) }),
              ...(node.with_check === undefined ? {} : { check: expressionText(node.with_check) }),
            }
          : policy,
      ),
    }));
    recordPolicy(state, on, node.policy_name ?? "", [node.qual, node.with_check], unfollowed);
  },
  CreateEventTrigStmt(node, { state }) {
    const called = functionNamed(namesOf(node.funcname), state);
    const name = node.trigname ?? "";
    state.store.put("eventTriggers", name, {
      name,
      event: node.eventname ?? "",
      tags: nodesAs(node.whenclause, "DefElem")
        .flatMap(({ arg }) => namesOf(arg))
        .toSorted(),
      function: called.name,
      enabled: "origin",
      owner: state.user,
    });
    depend(state, objectId("event trigger", name), called.ids);
  },
  AlterEventTrigStmt(node, { state }) {
    const found = state.store.maps.eventTriggers.get(node.trigname ?? "");
    if (found !== undefined) {
      state.store.put("eventTriggers", found.name, { ...found, enabled: FIRING[node.tgenabled ?? "O"] ?? "origin" });
    }
  },
};

const optional = <K extends string>(field: K, value: string | undefined): { readonly [F in K]?: string } =>
  (value === undefined ? {} : { [field]: value }) as { readonly [F in K]?: string };

function functionNamed(
  parts: readonly string[],
  state: CatalogState,
): { readonly name: QualifiedName; readonly ids: readonly string[] } {
  const written = writtenName(parts);
  const found = state.routinesNamed(written).find(({ identityArguments }) => identityArguments === "");
  return found === undefined
    ? { name: { schema: written.schema ?? "pg_catalog", name: written.name }, ids: [] }
    : { name: { schema: found.schema, name: found.name }, ids: [routineId(found)] };
}

/** A part of a table or a view, in the place of one of the same name. */
function putPart<K extends "triggers" | "rules" | "policies">(
  state: CatalogState,
  on: QualifiedName,
  list: K,
  part: K extends "triggers" ? Trigger : K extends "rules" ? Rule : Policy,
): void {
  changeTable(state, on, (table) => ({
    ...table,
    [list]: [...table[list].filter(({ name }) => name !== part.name), part],
  }));
  const view = state.store.maps.views.get(keyOf(on));
  if (view !== undefined && list !== "policies") {
    const before: readonly { readonly name: string }[] = list === "triggers" ? view.triggers : view.rules;
    state.store.put("views", keyOf(on), {
      ...view,
      [list]: [...before.filter(({ name }) => name !== part.name), part].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    });
  }
}

function recordPolicy(
  state: CatalogState,
  on: QualifiedName,
  name: string,
  expressions: readonly unknown[],
  unfollowed: (what: string) => void,
): void {
  const table = tableNow(state, on);
  const found = referencesIn(expressions, state, () => unfollowed(`what a query in the policy ${name} depends on`));
  const columns = found.columns
    .flatMap((parts) => parts.at(-1) ?? [])
    .filter((column) => table?.columns.some((one) => one.name === column) === true);
  depend(state, objectId("policy", on.schema, on.name, name), [
    ...columns.map((column) => objectId("column", on.schema, on.name, column)),
    ...found.objects,
  ]);
}

/** The roles of a policy; the server forgets all others beside PUBLIC. */
function policyRoles(nodes: Parameters<typeof nodesAs>[0], state: CatalogState): readonly string[] {
  const roles = rolesOf(nodes, state);
  return roles.includes("public") ? ["public"] : roles;
}

export function rolesOf(nodes: Parameters<typeof nodesAs>[0], state: CatalogState): readonly string[] {
  return nodesAs(nodes, "RoleSpec")
    .map((role) => {
      switch (role.roletype) {
        case "ROLESPEC_PUBLIC":
          return "public";
        case "ROLESPEC_CSTRING":
          return role.rolename ?? "";
        default:
          return state.user;
      }
    })
    .toSorted();
}

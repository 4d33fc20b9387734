import type { Table } from "../../catalog/model/table.ts";
import type { Relation } from "../../catalog/state/relation.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { RelationKind } from "../effect.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { type LockMode, strongerLock } from "../lock-mode.ts";
import { isKnownMissing, lockRelation } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { Alteration } from "./alteration.ts";
import { lockOfSubcommand, type Subcommand } from "./lock-of-subcommand.ts";
import { passOf, SUBCOMMANDS } from "./subcommands.ts";
import { tablespaceOf } from "./table-settings.ts";
import { unknownTable } from "./unknown-table.ts";

type AlterTable = NodeOf<"AlterTableStmt">;

/**
 * ALTER TABLE and ALTER FOREIGN TABLE; also on views, sequences and indexes, whose subcommands are notes of the catalog.
 * All subcommands work under the strongest lock that one of them wants.
 */
export const alterTable: Family<"AlterTableStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const commands = nodesAs(node.cmds, "AlterTableCmd");
  const lock = commands.map(lockOfSubcommand).reduce<LockMode>(strongerLock, "SHARE UPDATE EXCLUSIVE");
  const relation = state.relation(name);
  if (relation !== undefined && relation.kind !== "table") return alterOther(relation, commands, lock, effects);
  if (relation === undefined && isKnownMissing(name, state)) {
    if (node.missing_ok === true) return;
    const missing = effects.lock(state.resolved(name), kindOf(node), "target", lock);
    missing.mayFail.push({ sqlState: "42P01", reason: `there is no relation ${name.name}` });
    return;
  }
  if (relation === undefined && node.objtype !== "OBJECT_TABLE" && node.objtype !== "OBJECT_FOREIGN_TABLE") {
    effects.lock(state.resolved(name), kindOf(node), "target", lock);
    return;
  }
  const kind: Table["kind"] = node.objtype === "OBJECT_FOREIGN_TABLE" ? "foreign" : "ordinary";
  const alteration = new Alteration(relation?.is ?? unknownTable(state.resolved(name), kind), {
    state,
    effects,
    lock,
    recurses: node.relation?.inh === true,
    commands,
    isKnown: relation !== undefined,
  });
  for (const command of commands.toSorted((one, other) => passOf(one) - passOf(other))) {
    const { subtype } = command;
    const does = SUBCOMMANDS[subtype ?? ""];
    if (does === undefined) effects.leaveUnchecked(`the subcommand ${subtype} is not known`);
    else does(alteration, command);
  }
  settleWorks(effects);
};

/** A rewrite looks at the values and makes the indexes on its way. */
function settleWorks(effects: EffectSet): void {
  for (const { works } of effects.all) {
    if (!works.has("rewrite")) continue;
    works.delete("scan");
    works.delete("index-rebuild");
  }
}

const KINDS: Readonly<Record<string, RelationKind>> = {
  OBJECT_FOREIGN_TABLE: "foreign table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_INDEX: "index",
  OBJECT_TYPE: "composite type",
};

const kindOf = ({ objtype }: AlterTable): RelationKind => KINDS[objtype ?? ""] ?? "table";

/** Of a materialized view two subcommands work with its rows. */
function alterOther(
  relation: Exclude<Relation, { kind: "table" }>,
  commands: readonly Subcommand[],
  lock: LockMode,
  effects: EffectSet,
): void {
  const touched = lockRelation(relation, effects, "target", lock);
  if (relation.kind !== "materialized view") return;
  const { is } = relation;
  for (const { subtype, name, newowner } of commands) {
    const moved =
      (subtype === "AT_SetTableSpace" && tablespaceOf(is) !== name) ||
      (subtype === "AT_SetAccessMethod" && is.accessMethod !== name);
    if (moved) touched.works.add("rewrite");
    const index = subtype === "AT_ClusterOn" ? is.indexes.find((one) => one.name === name) : undefined;
    if (index !== undefined) effects.lockIndex(is, index.name, "SHARE UPDATE EXCLUSIVE");
    const indexes =
      subtype === "AT_ChangeOwner" && newowner?.rolename !== is.owner
        ? is.indexes
        : subtype === "AT_SetAccessMethod" && moved
          ? is.indexes
          : [];
    for (const one of indexes) effects.lockIndex(is, one.name, "ACCESS EXCLUSIVE");
  }
}

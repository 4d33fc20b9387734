import type { Relation } from "../../catalog/state/relation.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { RelationKind } from "../effect.ts";
import type { Family } from "../family.ts";
import type { LockMode } from "../lock-mode.ts";
import { isKnownMissing, lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";
import { Alteration, columnOf, nameOf } from "./alteration.ts";
import { ownedSequences } from "./owned-sequences.ts";

type Rename = NodeOf<"RenameStmt">;

const KINDS: Readonly<Record<string, RelationKind>> = {
  OBJECT_TABLE: "table",
  OBJECT_FOREIGN_TABLE: "foreign table",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_INDEX: "index",
};

/**
 * RENAME of relations, columns and constraints: a note of the catalog under ACCESS EXCLUSIVE. Columns and inherited
 * constraints are renamed in all tables below.
 *
 * Source: `renameatt`, `RenameConstraint` and `RenameRelation` in `src/backend/commands/tablecmds.c`.
 */
export const renameRelation: Family<"RenameStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const isPart = node.renameType === "OBJECT_COLUMN" || node.renameType === "OBJECT_TABCONSTRAINT";
  const kind = KINDS[(isPart ? node.relationType : node.renameType) ?? ""];
  if (kind === undefined && !isPart) return effects.leaveUnchecked(`RENAME of ${node.renameType} is not looked into`);
  const relation = state.relation(name);
  if (isKnownMissing(name, state)) {
    if (node.missing_ok === true) return;
    const missing = effects.lock(state.resolved(name), kind ?? "table", "target", "ACCESS EXCLUSIVE");
    missing.mayFail.push({ sqlState: "42P01", reason: `there is no relation ${name.name}` });
    return;
  }
  // ALTER INDEX … RENAME does not stop queries; ALTER TABLE with the name of an index does not know better.
  const lock: LockMode = node.renameType === "OBJECT_INDEX" ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
  const target = lockNamed(name, state, effects, "target", lock, kind);
  if (!isPart) {
    const taken = state.relation({ schema: state.resolved(name).schema, name: node.newname ?? "" });
    if (taken !== undefined) target.mayFail.push({ sqlState: "42P07", reason: `there is a relation ${node.newname}` });
    return;
  }
  if (relation?.kind === "table")
    renamePart(
      node,
      relation,
      new Alteration(relation.is, {
        state,
        effects,
        lock,
        recurses: node.relation?.inh === true,
        commands: [],
        isKnown: true,
      }),
    );
};

function renamePart(node: Rename, { is: table }: Extract<Relation, { kind: "table" }>, alteration: Alteration): void {
  const { subname = "", newname = "", renameType } = node;
  if (renameType === "OBJECT_COLUMN") {
    const column = alteration.column(subname);
    if (column === undefined) return;
    if (column.inheritedFrom > 0) alteration.refuse("42P16", `${nameOf(table)} inherits ${subname}`);
    if (columnOf(table, newname) !== undefined) {
      alteration.refuse("42701", `${nameOf(table)} has a column ${newname} already`);
    }
    if (!alteration.recurses && alteration.descendants.length > 0) {
      alteration.refuse("42P16", `${subname} must be renamed in the tables below ${nameOf(table)} too`);
    }
    alteration.lockAll();
    return;
  }
  const constraint = table.constraints.find((one) => one.name === subname);
  const ofColumn = table.columns.find(({ notNullConstraint }) => notNullConstraint?.name === subname);
  if (constraint === undefined && ofColumn === undefined) {
    alteration.refuse("42704", `${nameOf(table)} has no constraint ${subname}`);
    return;
  }
  if (constraint !== undefined && "index" in constraint) {
    alteration.effects.lockIndex(table, constraint.index, "SHARE UPDATE EXCLUSIVE");
  }
  const handedDown =
    constraint?.type === "check" ? !constraint.noInherit : ofColumn?.notNullConstraint?.noInherit === false;
  if ((constraint?.inheritedFrom ?? ofColumn?.notNullConstraint?.inheritedFrom ?? 0) > 0 && handedDown) {
    alteration.refuse("42P16", `${nameOf(table)} inherits ${subname}`);
    return;
  }
  if (handedDown && !alteration.recurses && alteration.descendants.length > 0) {
    alteration.refuse("42P16", `${subname} must be renamed in the tables below ${nameOf(table)} too`);
    return;
  }
  if (handedDown) alteration.lockAll();
}

/** SET SCHEMA takes owned sequences along; indexes follow their table without a lock. */
export const setSchema: Family<"AlterObjectSchemaStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const kind = KINDS[node.objectType ?? ""];
  if (kind === undefined) return effects.leaveUnchecked(`SET SCHEMA of ${node.objectType} is not looked into`);
  if (isKnownMissing(name, state)) {
    if (node.missing_ok === true) return;
    const missing = effects.lock(state.resolved(name), kind, "target", "ACCESS EXCLUSIVE");
    missing.mayFail.push({ sqlState: "42P01", reason: `there is no relation ${name.name}` });
    return;
  }
  const target = lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE", kind);
  const relation = state.relation(name);
  const schema = node.newschema ?? "";
  if (state.complete && !state.store.maps.schemas.has(schema)) {
    target.mayFail.push({ sqlState: "3F000", reason: `there is no schema ${schema}` });
  }
  if (
    relation !== undefined &&
    state.resolved(name).schema !== schema &&
    state.relation({ schema, name: name.name }) !== undefined
  ) {
    target.mayFail.push({ sqlState: "42P07", reason: `${schema} has a relation ${name.name} already` });
  }
  if (relation?.kind !== "table" || relation.is.schema === schema) return;
  for (const sequence of ownedSequences(relation.is, state)) {
    effects.lock(sequence, "sequence", "sequence", "ACCESS EXCLUSIVE");
  }
};

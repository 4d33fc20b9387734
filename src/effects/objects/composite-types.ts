import type { Table } from "../../catalog/model/table.ts";
import { typeReference } from "../../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { changeThrough } from "../alter-table/type-change.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { writtenName } from "../written-name.ts";

/** ALTER TYPE … ADD, DROP, ALTER ATTRIBUTE. Source: `ATPrepAddColumn` and its like in `tablecmds.c`. */
export const alterCompositeType: Family<"AlterTableStmt"> = (node, state, effects) => {
  const name = writtenName(node.relation);
  const target = lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE", "composite type");
  for (const command of nodesAs(node.cmds, "AlterTableCmd")) {
    if (command.subtype === "AT_ChangeOwner") continue;
    const tables = lockTyped(name, command.behavior === "DROP_CASCADE", target, state, effects);
    if (command.subtype !== "AT_AlterColumnType") continue;
    const { rewrites } = typeChange(command, name, state);
    for (const table of tables)
      if (rewrites) effects.lockTable(table, "dependent", "ACCESS EXCLUSIVE").works.add("rewrite");
    refuseUsers(name, target, state);
  }
};

/** ALTER TYPE … RENAME ATTRIBUTE. */
export function renameAttribute(node: NodeOf<"RenameStmt">, state: CatalogState, effects: EffectSet): void {
  const name = writtenName(node.relation);
  const target = lockNamed(name, state, effects, "target", "ACCESS EXCLUSIVE", "composite type");
  lockTyped(name, node.behavior === "DROP_CASCADE", target, state, effects);
}

/** Tables made with CREATE TABLE … OF follow their type, but only when told to. */
function lockTyped(
  type: WrittenName,
  cascade: boolean,
  target: Touched,
  state: CatalogState,
  effects: EffectSet,
): readonly Table[] {
  const tables = typedTables(type, state);
  if (cascade) for (const table of tables) effects.lockTable(table, "dependent", "ACCESS EXCLUSIVE");
  else if (tables.length > 0) {
    target.mayFail.push({ sqlState: "2BP01", reason: `${type.name} is the type of the table ${tables[0]?.name}` });
  }
  return tables;
}

function typedTables(type: WrittenName, state: CatalogState): readonly Table[] {
  const key = keyOf(state.resolved(type));
  return state.store
    .linked("typeUsers", key)
    .flatMap((user) => state.store.maps.tables.get(user.slice(user.indexOf(" ") + 1)) ?? [])
    .filter(({ ofType }) => ofType !== undefined && keyOf(ofType) === key);
}

function typeChange(command: NodeOf<"AlterTableCmd">, type: WrittenName, state: CatalogState) {
  const old = state.composite(type)?.attributes.find(({ name }) => name === command.name)?.type;
  const to = typeReference(nodeAs(command.def, "ColumnDef")?.typeName, state);
  return { rewrites: old === undefined || changeThrough(old, [{ to, context: "assignment" }], state) !== "kept" };
}

/** Values of the type that are stored in columns cannot be rewritten. */
function refuseUsers(type: WrittenName, target: Touched, state: CatalogState): void {
  for (const { table, column } of state.usersOfType(state.resolved(type))) {
    const reason = `${table.schema}.${table.name} has values of the type in ${column.name}`;
    target.mayFail.push({ sqlState: "0A000", reason });
  }
}

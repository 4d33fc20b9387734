import type { AlterTableCmd, AlterTableStmt } from "libpg-query";
import { nodesAs } from "../../../sql/node-as.ts";
import { keyOf } from "../key-of.ts";
import { alterColumn } from "./alter-columns.ts";
import { alterComposite } from "./alter-composite.ts";
import { alterConstraint } from "./alter-constraints.ts";
import { alterIndex } from "./alter-index.ts";
import { alterInheritance } from "./alter-inheritance.ts";
import { alterProperty } from "./alter-properties.ts";
import { alterView } from "./alter-views.ts";
import type { Appliers, Applying } from "./applier.ts";
import { tableNow } from "./edit.ts";
import { nameOfRange } from "./nodes.ts";

/** ALTER TABLE, and ALTER INDEX, VIEW, SEQUENCE and TYPE where the grammar makes the same of them. */
export const ALTER_TABLE_APPLIERS: Appliers = {
  AlterTableStmt(node, applying) {
    const found = applying.state.relation(nameOfRange(node.relation));
    for (const command of inPasses(nodesAs(node.cmds, "AlterTableCmd"))) {
      switch (found?.kind) {
        case "table":
          alterTable(node, command, applying, found.is);
          break;
        case "view":
        case "materialized view":
          alterView(applying.state, found, command);
          break;
        case "index":
          alterIndex(applying.state, found, command);
          break;
        case "composite type":
          alterComposite(applying.state, found.is, command);
          break;
        case "sequence":
          alterSequence(applying, keyOf(found.is), command);
          break;
        default:
      }
    }
  },
};

/** The server drops first, then changes types, then adds columns, then constraints (`AT_PASS_…` of tablecmds.c). */
function inPasses(commands: readonly AlterTableCmd[]): readonly AlterTableCmd[] {
  const pass = ({ subtype }: AlterTableCmd): number => {
    switch (subtype) {
      case "AT_DropColumn":
      case "AT_DropConstraint":
      case "AT_DropNotNull":
      case "AT_DropExpression":
      case "AT_DropIdentity":
        return 0;
      case "AT_AlterColumnType":
        return 1;
      case "AT_AddColumn":
        return 2;
      case "AT_AddConstraint":
      case "AT_AddIndexConstraint":
        return 4;
      default:
        return 3;
    }
  };
  return commands.toSorted((one, other) => pass(one) - pass(other));
}

function alterTable(
  { relation }: AlterTableStmt,
  command: AlterTableCmd,
  { state, unfollowed }: Applying,
  name: { readonly schema: string; readonly name: string },
): void {
  const table = tableNow(state, name);
  if (table === undefined) {
    return;
  }
  const context = { state, table, command, recurse: relation?.inh === true, unfollowed };
  const followed = [alterColumn, alterConstraint, alterProperty, alterInheritance].some((alter) => alter(context));
  if (!followed) {
    unfollowed(`ALTER TABLE ${command.subtype ?? ""}`);
  }
}

function alterSequence({ state }: Applying, key: string, { subtype, newowner }: AlterTableCmd): void {
  const sequence = state.store.maps.sequences.get(key);
  if (sequence === undefined) {
    return;
  }
  if (subtype === "AT_SetLogged" || subtype === "AT_SetUnLogged") {
    const persistence = subtype === "AT_SetLogged" ? "permanent" : "unlogged";
    state.store.put("sequences", key, { ...sequence, persistence });
  }
  if (subtype === "AT_ChangeOwner") {
    state.store.put("sequences", key, { ...sequence, owner: newowner?.rolename ?? state.user });
  }
}

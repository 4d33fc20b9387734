import type { QualifiedName } from "../../catalog/model/names.ts";
import { nodesAs } from "../../sql/node-as.ts";
import type { Family } from "../family.ts";
import { tablespaceOf } from "./table-settings.ts";

/**
 * ALTER TABLE (INDEX, MATERIALIZED VIEW) ALL IN TABLESPACE: every relation there is copied, in the whole database.
 *
 * Source: `AlterTableMoveAll` in `src/backend/commands/tablecmds.c`.
 */
export const moveAll: Family<"AlterTableMoveAllStmt"> = (node, state, effects) => {
  const { orig_tablespacename: from = "", new_tablespacename: to = "", objtype, roles } = node;
  if (!state.complete) effects.leaveUnchecked(`what is in the tablespace ${from} is not known`);
  if (from === to) return;
  const owners = nodesAs(roles, "RoleSpec").map((role) =>
    role.roletype === "ROLESPEC_CSTRING" ? (role.rolename ?? "") : state.user,
  );
  const isMoved = (one: QualifiedName & { readonly tablespace?: string; readonly owner: string }): boolean =>
    tablespaceOf(one) === from && (owners.length === 0 || owners.includes(one.owner));
  const { tables, materializedViews } = state.catalog();
  if (objtype === "OBJECT_TABLE") {
    for (const table of tables.filter(({ kind }) => kind !== "foreign").filter(isMoved)) {
      const { works } = effects.lockTable(table, "target", "ACCESS EXCLUSIVE");
      if (table.kind === "ordinary") works.add("rewrite");
    }
  } else if (objtype === "OBJECT_MATVIEW") {
    for (const view of materializedViews.filter(isMoved)) {
      effects.lock(view, "materialized view", "target", "ACCESS EXCLUSIVE").works.add("rewrite");
    }
  } else {
    for (const one of [...tables, ...materializedViews]) {
      for (const index of one.indexes) {
        if (isMoved({ schema: one.schema, owner: one.owner, name: index.name, ...spaceOf(index) })) {
          effects.lockIndex(one, index.name, "ACCESS EXCLUSIVE", "target");
        }
      }
    }
  }
};

const spaceOf = ({ tablespace }: { readonly tablespace?: string }) => (tablespace === undefined ? {} : { tablespace });

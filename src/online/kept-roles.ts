import type { Table } from "../catalog/model/table.ts";
import { nodesAs } from "../sql/node-as.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { isHidden, isQuarantine } from "./hidden-name.ts";
import type { OnlineContext } from "./online-context.ts";
import { AFTER_CONTRACT, type OnlineForm, refused } from "./piece.ts";

/**
 * DROP ROLE of one to which something kept belongs or is granted: the server would refuse it.
 *
 * @returns undefined too where a DROP OWNED has taken nobody knows what
 */
export function keptForRole(parsed: ParsedStatement, { state, isInDoubt }: OnlineContext): OnlineForm | undefined {
  if (parsed.tag !== "DropRoleStmt" || isInDoubt === true) return undefined;
  const roles = nodesAs(parsed.node.roles, "RoleSpec").flatMap(({ rolename }) => rolename ?? []);
  for (const table of state.store.maps.tables.values()) {
    const role = roles.find((one) => isFor(one, table));
    if (role !== undefined) {
      return refused(
        `drops the role ${role}, to which something of ${table.name} belongs or is granted that stays until \`contract\``,
        `say \`DROP OWNED BY\` in front of it, or ${AFTER_CONTRACT}`,
      );
    }
  }
  return undefined;
}

function isFor(role: string, { schema, owner, grants = [], columns, policies }: Table): boolean {
  const isWhole = isQuarantine(schema);
  const granted = [
    ...(isWhole ? grants : []),
    ...columns.filter(({ name }) => isWhole || isHidden(name)).flatMap((column) => column.grants ?? []),
  ];
  return (
    granted.some(({ grantee, grantor }) => grantee === role || grantor === role) ||
    (isWhole && (owner === role || policies.some(({ roles }) => roles.includes(role))))
  );
}

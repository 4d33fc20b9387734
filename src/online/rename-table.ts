import type { RenameStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";
import { grantsOf } from "./access.ts";
import { bridgeComment } from "./bridge.ts";
import { isHidden } from "./hidden-name.ts";
import { holdsRows } from "./holds-rows.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import { AS_WRITTEN, along, brief, joined, later, type OnlineForm, pieces, refused } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import { renameColumnOnline } from "./rename-column.ts";

/** The first server whose views can read with the rights of who asks. */
const SECURITY_INVOKER = 15;

/**
 * RENAME TABLE of a table with rows: until `contract` a view that PostgreSQL can update by itself bears the old name,
 * with the table's grants. A column of such a table gets a second one beside it that bears the old name.
 */
export function renameOnline(node: RenameStmt, { sql }: Written, context: OnlineContext): OnlineForm {
  const { state, policy } = context;
  const table = state.table(relationName(node.relation));
  const isTable = node.renameType === "OBJECT_TABLE";
  const isColumn = node.renameType === "OBJECT_COLUMN" && node.relationType === "OBJECT_TABLE";
  if (policy.renames !== "bridge" || table === undefined || !(isTable || isColumn)) return AS_WRITTEN;
  if (!holdsRows(table, state)) return AS_WRITTEN;
  if (isColumn) {
    return renameColumnOnline(table, node.subname ?? "", node.newname ?? "", context);
  }
  if (table.rowSecurity && state.major < SECURITY_INVOKER) {
    return refused(
      `takes the name ${table.name} from clients that still use it, and a view in its place would pass by the row security of the table before PostgreSQL 15`,
    );
  }
  const old = quoteQualified(table);
  const now = quoteQualified({ schema: table.schema, name: node.newname ?? "" });
  const comment = bridgeComment(`${table.schema}.${node.newname}`);
  const invoker = state.major < SECURITY_INVOKER ? "" : " WITH (security_invoker = true)";
  const others = [
    `COMMENT ON VIEW ${old} IS ${quoteLiteral(comment)}`,
    ...ownerOf(table, state.user),
    ...grantsOf(table, ({ grantee, privilege }) => grantee !== table.owner && PRIVILEGES.has(privilege)),
  ];
  return pieces(
    brief(sql),
    joined(brief(`CREATE VIEW ${old}${invoker} AS SELECT ${visible(table)} FROM ${now}`)),
    ...others.map((one) => along(joined(brief(one)))),
    later(`DROP VIEW ${old}`, { kind: "view", schema: table.schema, name: table.name, comment }),
  );
}

/** Not what `contract` is going to remove: the view would stand in its way. */
function visible({ columns }: Table): string {
  const names = columns.filter(({ name }) => !isHidden(name)).map(({ name }) => quoteIdentifier(name));
  return names.length === columns.length ? "*" : names.join(", ");
}

const ownerOf = (table: Table, user: string): readonly string[] =>
  table.owner === user || user === ""
    ? []
    : [`ALTER VIEW ${quoteQualified(table)} OWNER TO ${quoteIdentifier(table.owner)}`];

/** What clients do with rows; the rest of a table's privileges means nothing for a view. */
const PRIVILEGES: ReadonlySet<string> = new Set(["SELECT", "INSERT", "UPDATE", "DELETE"]);

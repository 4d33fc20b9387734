import type { ViewStmt } from "libpg-query";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { dotted, rangeNames } from "../../sql/object-name.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { undoCreateNewView } from "./create-relation.ts";
import { constant, one, refuseWhen, text, when } from "./sql-text.ts";
import { viewDefinition } from "./view-definition.ts";

export function undoCreateView(statement: ViewStmt, circumstances: Circumstances): readonly UndoItem[] {
  if (statement.replace !== true) return undoCreateNewView(statement, circumstances);
  return [replaced(statement, circumstances)];
}

/** A replaced view is replaced back, which works as long as the new one has no further columns. */
function replaced(statement: ViewStmt, { ifExists }: Circumstances): UndoItem {
  const names = rangeNames(statement.view);
  const [name = ""] = names.slice(-1);
  const full =
    names.length > 1
      ? quoteLiteral(dotted(names))
      : `quote_ident(current_schema()) || ${quoteLiteral(`.${dotted([name])}`)}`;
  const columns = columnCount(statement);
  const old = "(SELECT count(*) FROM pg_attribute a WHERE a.attrelid = t.view_oid AND a.attnum > 0)";
  return capture(
    `SELECT v.name, to_regclass(v.name)::oid AS view_oid FROM (SELECT ${full} AS name) v WHERE v.name IS NOT NULL`,
    when("t.view_oid IS NULL", text`DROP VIEW ${constant(ifExists ? "IF EXISTS " : "")}${"t.name"}`),
    refuseWhen(
      columns === undefined ? "t.view_oid IS NOT NULL" : `t.view_oid IS NOT NULL AND ${old} < ${columns}`,
      columns === undefined
        ? text`view ${"t.name"} is replaced by a query with *, so whether it gets further columns, which cannot be taken from a view, is not known`
        : text`view ${"t.name"} gets further columns, which cannot be taken from a view again`,
    ),
    one(viewDefinition("t.view_oid")),
  );
}

/** How many columns the query yields; undefined where `*` hides it. */
function columnCount({ query, aliases }: ViewStmt): number | undefined {
  let select = nodeAs(query, "SelectStmt");
  while (select?.larg !== undefined) select = select.larg;
  const rows = select?.valuesLists?.[0];
  if (rows !== undefined) return nodeAs(rows, "List")?.items?.length;
  const targets = nodesAs(select?.targetList, "ResTarget");
  const isStar = targets.some(({ val }) => {
    const fields = nodeAs(val, "ColumnRef")?.fields ?? nodeAs(val, "A_Indirection")?.indirection;
    const last = fields?.at(-1);
    return last !== undefined && nodeAs(last, "A_Star") !== undefined;
  });
  return isStar ? undefined : Math.max(targets.length, aliases?.length ?? 0);
}

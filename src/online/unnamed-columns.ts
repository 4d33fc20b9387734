import type { InsertStmt, SelectStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { nodesOfType } from "../sql/nodes-of-type.ts";
import type { ParsedStatement, PgNode } from "../sql/parse-statement.ts";
import { isKeptColumn } from "./kept-column.ts";
import type { OnlineContext } from "./online-context.ts";
import { type OnlineForm, refused } from "./piece.ts";
import { relationName } from "./relation-name.ts";

/**
 * A statement that would mean a column which stays until contract, because it names none: it would come to another end
 * than as it is written, or keep contract from removing the column.
 */
export function unnamedColumns(parsed: ParsedStatement, { state }: OnlineContext): OnlineForm | undefined {
  const found = meant(parsed, state);
  const kept = found?.table.columns.find(isKeptColumn);
  return found === undefined || kept === undefined
    ? undefined
    : refused(
        `${found.does} all columns of ${found.table.name}, and ${kept.name} is among them until \`contract\``,
        "name the columns",
      );
}

interface Meant {
  readonly does: string;
  readonly table: Table;
}

function meant(parsed: ParsedStatement, state: CatalogState): Meant | undefined {
  switch (parsed.tag) {
    case "ViewStmt":
    case "CreateTableAsStmt":
      return shown(parsed.node.query, state);
    case "InsertStmt":
      return written(parsed.node, state) ?? (isOfValues(parsed.node) ? undefined : shown(parsed.node, state));
    case "RuleStmt":
    case "CreateFunctionStmt": {
      const body = parsed.tag === "RuleStmt" ? parsed.node.actions : parsed.node.sql_body;
      const inserts = nodesOfType(body, "InsertStmt").flatMap((one) => written(one, state) ?? []);
      return inserts[0] ?? shown(body, state);
    }
    case "CopyStmt": {
      const { is_from: isFrom = false, attlist = [], relation } = parsed.node;
      return isFrom && attlist.length === 0 ? keeping("fills", relationName(relation), state) : undefined;
    }
    case "CreateStmt":
      return nodesAs(parsed.node.tableElts, "TableLikeClause")
        .map(({ relation }) => keeping("copies", relationName(relation), state))
        .find((one) => one !== undefined);
    default:
      return undefined;
  }
}

function keeping(does: string, name: ReturnType<typeof relationName>, state: CatalogState): Meant | undefined {
  const table = state.table(name);
  return table?.columns.some(isKeptColumn) === true ? { does, table } : undefined;
}

/** INSERT of more values than there are columns in front of the one that is kept. */
function written({ relation, cols = [], selectStmt }: InsertStmt, state: CatalogState): Meant | undefined {
  const found = cols.length > 0 ? undefined : keeping("fills", relationName(relation), state);
  const select = nodeAs(selectStmt, "SelectStmt");
  if (found === undefined || select === undefined) return undefined;
  const given = (select.targetList ?? []).some(isWhole)
    ? Number.POSITIVE_INFINITY
    : (select.targetList ?? nodeAs(select.valuesLists?.[0], "List")?.items ?? []).length;
  return given > found.table.columns.findIndex(isKeptColumn) ? found : undefined;
}

/** As long as a file, and shows nothing. */
const isOfValues = ({ selectStmt }: InsertStmt): boolean =>
  (nodeAs(selectStmt, "SelectStmt")?.valuesLists?.length ?? 0) > 0;

/** `SELECT *`, but in EXISTS, which looks at no column. */
function shown(tree: unknown, state: CatalogState): Meant | undefined {
  const asked = new Set(
    nodesOfType(tree, "SubLink")
      .filter(({ subLinkType }) => subLinkType === "EXISTS_SUBLINK")
      .map(({ subselect }) => nodeAs(subselect, "SelectStmt")),
  );
  const selects = nodesOfType(tree, "SelectStmt")
    .filter((one) => !asked.has(one))
    .flatMap(branchesOf)
    .filter((one) => (one.targetList ?? []).some(isWhole));
  const deletes = nodesOfType(tree, "DeleteStmt").filter(({ returningClause }) =>
    (returningClause?.exprs ?? []).some(isWhole),
  );
  return [...selects.flatMap(tablesOf), ...deletes.flatMap(({ relation }) => relation ?? [])]
    .map((range) => keeping("shows", relationName(range), state))
    .find((one) => one !== undefined);
}

/** A query, and those that UNION and the like make one of. */
const branchesOf = (select: SelectStmt): readonly SelectStmt[] => [
  select,
  ...[select.larg, select.rarg].flatMap((one) => (one === undefined ? [] : branchesOf(one))),
];

const tablesOf = ({ fromClause = [] }: SelectStmt) => fromClause.flatMap(rangesIn);

function rangesIn(node: PgNode | undefined): readonly NonNullable<ReturnType<typeof nodeAs<"RangeVar">>>[] {
  const join = nodeAs(node, "JoinExpr");
  if (join !== undefined) return [...rangesIn(join.larg), ...rangesIn(join.rarg)];
  const range = nodeAs(node, "RangeVar");
  return range === undefined ? [] : [range];
}

/** `*`, or `t.*`. */
const isWhole = (node: PgNode): boolean =>
  (nodeAs(nodeAs(node, "ResTarget")?.val, "ColumnRef")?.fields ?? []).some(
    (field) => nodeAs(field, "A_Star") !== undefined,
  );

import type { DeleteStmt, InsertStmt } from "libpg-query";
import type { Table } from "../../catalog/model/table.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { nodesOfType } from "../../sql/nodes-of-type.ts";
import { namesOf } from "../../sql/object-name.ts";
import { relationName } from "../relation-name.ts";
import type { Obstacle } from "./bulk-obstacle.ts";
import { type BulkWrite, firedTriggers } from "./bulk-target.ts";

/** The DELETE of `WITH moved AS (DELETE … RETURNING …) INSERT INTO …`; undefined where the statement is none. */
export function archivedBy({ withClause }: InsertStmt): DeleteStmt | undefined {
  const all = nodesAs(withClause?.ctes, "CommonTableExpr");
  return nodeAs(all.find(({ ctequery }) => nodeAs(ctequery, "DeleteStmt") !== undefined)?.ctequery, "DeleteStmt");
}

/** What comes to another end when rows are moved to another table a few at a time, beside what does in a DELETE. */
export function archiveObstacle(node: InsertStmt, remove: BulkWrite): Obstacle | undefined {
  return ofForm(node) ?? ofSelect(node, remove) ?? ofTarget(node, remove) ?? ofDelete(remove);
}

function ofForm({ withClause, returningClause, onConflictClause }: InsertStmt): Obstacle | undefined {
  if (withClause?.recursive === true || withClause?.ctes?.length !== 1) {
    return { because: "has more than one query in its WITH, each of which would run for each batch" };
  }
  if (returningClause !== undefined) return { because: "has a RETURNING, whose rows nobody reads here" };
  return onConflictClause?.action === "ONCONFLICT_UPDATE"
    ? { because: "changes rows of its target where keys collide, which it may do once in one statement only" }
    : undefined;
}

/** Each row that is removed must be taken by itself. */
function ofSelect({ selectStmt, withClause }: InsertStmt, { state }: BulkWrite): Obstacle | undefined {
  const own = new Set([...state.store.maps.aggregates.values()].flat().map(({ name }) => name));
  const select = nodeAs(selectStmt, "SelectStmt");
  const [source, other] = select?.fromClause ?? [];
  const [removed] = nodesAs(withClause?.ctes, "CommonTableExpr");
  const range = nodeAs(source, "RangeVar");
  const isPlain =
    select !== undefined &&
    select.op === "SETOP_NONE" &&
    range?.relname === removed?.ctename &&
    range?.schemaname === undefined &&
    other === undefined &&
    [
      select.distinctClause,
      select.groupClause,
      select.havingClause,
      select.windowClause,
      select.sortClause,
      select.limitCount,
      select.limitOffset,
      select.withClause,
      select.lockingClause,
    ].every((one) => one === undefined);
  const isWhole =
    nodesOfType(select, "SubLink").length > 0 ||
    nodesOfType(select, "FuncCall").some(
      ({ funcname, agg_star, agg_within_group, agg_filter, over }) =>
        agg_star === true ||
        agg_within_group === true ||
        agg_filter !== undefined ||
        over !== undefined ||
        AGGREGATES.test(namesOf(funcname).at(-1) ?? "") ||
        own.has(namesOf(funcname).at(-1) ?? ""),
    );
  return isPlain && !isWhole
    ? undefined
    : {
        because: "does not take each removed row by itself",
        instead: "write `INSERT INTO … SELECT …` of the removed rows alone, without what orders, groups or limits them",
      };
}

/** Those that PostgreSQL has. */
const AGGREGATES =
  /^(count|sum|avg|min|max|every|any_value|corr|mode|percentile_\w+|stddev\w*|variance|var_\w+|regr_\w+|covar_\w+|bool_(and|or)|bit_(and|or|xor)|\w+_agg\w*|xmlagg|range_intersect_agg|grouping)$/;

function ofTarget({ relation }: InsertStmt, { all, state }: BulkWrite): Obstacle | undefined {
  const name = relationName(relation);
  const found = state.relation(name);
  const called = [name.schema, name.name].filter((one) => one !== undefined).join(".");
  if (found?.kind !== "table") return { because: `puts rows into ${called}, which is no table that is known` };
  const target = found.is;
  if (target.kind === "foreign") {
    return { because: `puts rows into ${called}, a foreign table, which does not commit together with the batch` };
  }
  const family: readonly Table[] = [target, ...state.descendantsOf(target)];
  if (family.some((one) => all.some((other) => one.schema === other.schema && one.name === other.name))) {
    return { because: "puts rows into the table that it removes them from, which the next batch would move again" };
  }
  const rule = family.flatMap(({ rules }) => rules).find((one) => one.event === "insert" && one.enabled !== "disabled");
  return rule === undefined ? undefined : { because: `is rewritten by the rule ${rule.name} of ${called}` };
}

function ofDelete(remove: BulkWrite): Obstacle | undefined {
  if (remove.text.joined !== undefined) {
    return {
      because: "joins another table, which may give a row more than once",
      instead: "ask for it in WHERE: `EXISTS (SELECT …)`",
    };
  }
  const kept = firedTriggers(remove).find(({ level, timing }) => level === "row" && timing === "before");
  return kept === undefined ? undefined : { because: `fires ${kept.name} before each row, which may keep the row` };
}

import type { DeleteStmt, InsertStmt, UpdateStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import { bytesInWords, rowsInWords } from "../effects/numbers-in-words.ts";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import type { PgNode } from "../sql/parse-statement.ts";
import { archivedBy } from "./bulk/archive-obstacle.ts";
import { archiveWrite } from "./bulk/archive-write.ts";
import { bindMoments } from "./bulk/bind-moments.ts";
import { bulkNotes } from "./bulk/bulk-notes.ts";
import { bulkObstacle, type Obstacle } from "./bulk/bulk-obstacle.ts";
import { type BulkWrite, bulkWrite, movesRows } from "./bulk/bulk-target.ts";
import { bulkVisits } from "./bulk/bulk-visits.ts";
import { cutBulkWrite } from "./bulk/cut-bulk-write.ts";
import { noteMoves } from "./bulk/note-moves.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import { AS_WRITTEN, type OnlineForm, type Piece, pieces, refused } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import type { SweepAction, SweepSpec } from "./sweep-spec.ts";

/** Rows that one UPDATE writes in a second, with its WAL and an index or two: 140,000 without any index. */
const WRITTEN_ROWS_PER_SECOND = 100_000;

/**
 * UPDATE and DELETE of many rows keep every one of them locked until their end, and no vacuum clears up behind them
 * meanwhile. One that an index leads to a few rows is left as it is.
 */
export function bulkWriteOnline(
  node: UpdateStmt | DeleteStmt,
  statement: Written,
  { state, policy }: OnlineContext,
): OnlineForm {
  const many = manyRows(node, { state, policy });
  return many === undefined ? AS_WRITTEN : inBatches(bulkWrite(statement.sql, node, many.table, state), many.rows);
}

/** Rows that are moved to another table: `WITH moved AS (DELETE … RETURNING *) INSERT INTO … SELECT * FROM moved`. */
export function archiveOnline(node: InsertStmt, statement: Written, { state, policy }: OnlineContext): OnlineForm {
  const removal = archivedBy(node);
  const many = removal === undefined ? undefined : manyRows(removal, { state, policy });
  if (removal === undefined || many === undefined) return AS_WRITTEN;
  const made = archiveWrite(statement.sql, node, removal, many.table, state);
  return "because" in made ? refusal("moves", many.table, many.rows, made, state) : pieces(made);
}

/** The table of which the statement changes many rows, and how many it has; undefined where it is left as it is. */
function manyRows(
  node: UpdateStmt | DeleteStmt,
  { state, policy }: Pick<OnlineContext, "state" | "policy">,
): { readonly table: Table; readonly rows: number | undefined } | undefined {
  const table = state.table(relationName(node.relation));
  if (table === undefined || table.persistence === "temporary" || state.isNew(table)) return undefined;
  if (table.kind === "partitioned" && node.relation?.inh !== true) return undefined;
  const rows = rowsOf(table, state);
  if (rows !== undefined && rows / WRITTEN_ROWS_PER_SECOND <= policy.briefSeconds) return undefined;
  return isLedByIndex(node.whereClause, table) ? undefined : { table, rows };
}

function inBatches(write: BulkWrite, rows: number | undefined): OnlineForm {
  const { kind, node, table, alias, sql, state } = write;
  const refuse = (obstacle: Obstacle): OnlineForm =>
    refusal(kind === "update" ? "changes" : "removes", table, rows, obstacle, state);
  const obstacle = bulkObstacle(write);
  if (obstacle !== undefined) return refuse(obstacle);
  const bound = cutBulkWrite(bindMoments(sql));
  const visits = bulkVisits(write, bound);
  if (visits === undefined) return refuse(NO_KEY);
  const moves = visits.key === undefined ? undefined : noteMoves(table, visits.key, state);
  const sweep: SweepSpec = {
    table: { schema: table.schema, name: table.name },
    ...(alias === undefined ? {} : { alias }),
    ...(node.relation?.inh === true ? {} : { only: true }),
    action: actionOf(bound, movesRows(write)),
    ...(bound.where === undefined ? {} : { where: bound.where }),
    ...visits,
    ...(moves === undefined ? {} : { moved: moves.name }),
    ...(visits.left === undefined ? {} : { othersMayLeave: true }),
    triggers: "fire",
    isAuthors: true,
  };
  const piece: Piece = { sql, phase: "migrate", transaction: "alone", sweep, notes: bulkNotes(write, visits) };
  return pieces(...(moves?.before ?? []), piece, ...(moves?.behind ?? []));
}

function refusal(
  does: "changes" | "removes" | "moves",
  table: Table,
  rows: number | undefined,
  { because, instead }: Obstacle,
  state: OnlineContext["state"],
): OnlineForm {
  const { facts } = state.sizeOf(table);
  const size =
    rows === undefined || facts === undefined ? "" : ` (${bytesInWords(facts.heapBytes)}, ${rowsInWords(rows)})`;
  return refused(
    `${does} rows of ${table.schema}.${table.name}${size} in one transaction, and keeps all of them locked until its ` +
      `end; it cannot be done in batches, because it ${because}`,
    instead ?? "change them in a program that goes over the table a few thousand rows at a time",
  );
}

const NO_KEY: Obstacle = {
  because:
    "may change a row again that it changed before, and no unique key over columns that are never null and stay as they are tells the rows apart",
  instead: "add a unique key first",
};

function actionOf({ set, joined }: BulkWrite["text"], moves: boolean): SweepAction {
  return set === undefined
    ? { kind: "delete", ...(joined === undefined ? {} : { using: joined }) }
    : { kind: "update", set, ...(joined === undefined ? {} : { from: joined }), ...(moves ? { moves } : {}) };
}

/** Of the table and all below it; undefined where nobody has looked. */
function rowsOf(table: Table, state: OnlineContext["state"]): number | undefined {
  let rows = 0;
  for (const one of [table, ...state.descendantsOf(table)]) {
    const { from, facts } = state.sizeOf(one);
    if (from === "new" || one.kind !== "ordinary") continue;
    if (facts === undefined) return undefined;
    rows += facts.rows >= 0 ? facts.rows : facts.heapBytes / BYTES_OF_A_ROW;
  }
  return rows;
}

/** For a table that was never analysed; the fewest that are likely. */
const BYTES_OF_A_ROW = 50;

/** Whether one of the conditions, all of which must hold, compares the first column of an index with given values. */
function isLedByIndex(where: PgNode | undefined, table: Table): boolean {
  const both = nodeAs(where, "BoolExpr");
  if (both?.boolop === "AND_EXPR") return (both.args ?? []).some((one) => isLedByIndex(one, table));
  const comparison = nodeAs(where, "A_Expr");
  const column = namesOf(nodeAs(comparison?.lexpr, "ColumnRef")?.fields).at(-1);
  const isGiven =
    GIVEN.has(comparison?.kind ?? "") && nodesAs([comparison?.rexpr ?? ({} as PgNode)], "ColumnRef").length === 0;
  const operator = namesOf(comparison?.name).at(-1);
  const isEqual = comparison?.kind === "AEXPR_BETWEEN" || operator === "=";
  return (
    isGiven &&
    isEqual &&
    table.indexes.some(({ valid, predicate, keys: [first] }) => {
      return valid && predicate === undefined && first !== undefined && "column" in first && first.column === column;
    })
  );
}

const GIVEN: ReadonlySet<string> = new Set(["AEXPR_OP", "AEXPR_IN", "AEXPR_BETWEEN", "AEXPR_OP_ANY"]);

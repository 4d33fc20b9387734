import type { DeleteStmt, InsertStmt } from "libpg-query";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { Piece } from "../piece.ts";
import { archiveObstacle } from "./archive-obstacle.ts";
import { bindMoments } from "./bind-moments.ts";
import { bulkNotes } from "./bulk-notes.ts";
import { bulkObstacle, type Obstacle } from "./bulk-obstacle.ts";
import { bulkWrite } from "./bulk-target.ts";
import { bulkVisits } from "./bulk-visits.ts";
import { cutArchive } from "./cut-archive.ts";
import { cutBulkWrite } from "./cut-bulk-write.ts";

/** `WITH moved AS (DELETE … RETURNING …) INSERT INTO …` as it is done in batches: each removes rows and puts them away. */
export function archiveWrite(
  sql: string,
  node: InsertStmt,
  { returningClause: _, ...removal }: DeleteStmt,
  table: Table,
  state: CatalogState,
): Piece | Obstacle {
  const { before, remove, returning, behind } = cutArchive(bindMoments(sql));
  const write = bulkWrite(cutArchive(sql).remove, removal, table, state);
  const obstacle = bulkObstacle(write) ?? archiveObstacle(node, write);
  if (obstacle !== undefined) return obstacle;
  const bound = cutBulkWrite(remove);
  const visits = bulkVisits(write, bound);
  if (visits?.left === undefined) return { because: "chooses its rows by a function of yours that is not immutable" };
  const { alias } = write;
  const columns = returned(returning, write.alias ?? table.name, table);
  if (columns === undefined)
    return { because: "has a * among other columns in RETURNING", instead: "name all columns" };
  return {
    sql,
    phase: "migrate",
    transaction: "alone",
    sweep: {
      table: { schema: table.schema, name: table.name },
      ...(alias === undefined ? {} : { alias }),
      ...(removal.relation?.inh === true ? {} : { only: true }),
      action: { kind: "delete", into: { before, behind: `RETURNING ${columns}\n${behind}` } },
      ...(bound.where === undefined ? {} : { where: bound.where }),
      ...visits,
      othersMayLeave: true,
      triggers: "fire",
      isAuthors: true,
    },
    notes: [
      "Each batch puts its rows away in the transaction in which it removes them: at every moment they are in one of the two tables.",
      ...bulkNotes(write, visits),
    ],
  };
}

/** Partitions may have their columns in another order than the table. */
function returned(returning: string, called: string, { columns }: Table): string | undefined {
  const stars = ["*", `${called}.*`, `${quoteIdentifier(called)}.*`];
  if (stars.includes(returning.replaceAll(/\s/g, ""))) {
    return columns.map(({ name }) => `${quoteIdentifier(called)}.${quoteIdentifier(name)}`).join(", ");
  }
  return /(^|[,.])\s*\*\s*(,|$)/.test(returning) ? undefined : returning;
}

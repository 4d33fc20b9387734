import type { TableIndex } from "../../catalog/model/table-index.ts";
import { indexesOnColumn } from "../../effects/alter-table/column-dependents.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { commentOnConstraint, commentOnIndex } from "../comments.ts";
import { concurrently } from "../index-definition.ts";
import { alone, type Piece } from "../piece.ts";
import { alter, besideRelation, type Change, freshColumn, keptColumn } from "./change.ts";
import { indexLike } from "./index-like.ts";
import type { Obstacle, Share, Step } from "./share.ts";

/** Each index with one of the columns: built on the new one, and in its place at the cutover; keys by their constraints. */
export function indexShares(change: Change): readonly (Share | Obstacle)[] {
  const { table, context, conversions } = change;
  const on = new Set(conversions.flatMap(({ before }) => indexesOnColumn(table, before.name, context.state)));
  return [...on].map((index) => indexShare(index, change));
}

function indexShare(index: TableIndex, change: Change): Share | Obstacle {
  const { table } = change;
  const { name, constraint: constraintName } = index;
  const key = table.constraints.find((one) => one.name === constraintName);
  if (index.partitioned || index.parent !== undefined) {
    return {
      reason: `the index ${name} is that of a partitioned table, of which no second one is built beside it yet`,
      instead: "drop the index in a migration before this one, and create it in one behind it",
    };
  }
  if (key?.type === "exclusion") {
    return { reason: `no server builds the index of the exclusion constraint ${key.name} CONCURRENTLY` };
  }
  const names = besideRelation(change, name);
  const created = indexLike(index, table, names.fresh, (column) => freshColumn(change, column));
  if (created === undefined) return { reason: `the definition of the index ${name} is not understood` };
  const build = [built(concurrently(created), table.schema, names.fresh)];
  return key?.type === "unique" || key?.type === "primary key"
    ? { build, ...keySteps(index, key, names, change) }
    : { build, ...plainSteps(index, names, change) };
}

/** The index goes by itself, or with its constraint, when the cutover is taken back. */
const built = (sql: string, schema: string, name: string): Piece => ({
  ...alone(sql, "migrate"),
  back: [{ sql: `DROP INDEX CONCURRENTLY IF EXISTS ${quoteQualified({ schema, name })}` }],
});

interface Names {
  readonly fresh: string;
  readonly kept: string;
}

const renameIndex = (schema: string, from: string, to: string): string =>
  `ALTER INDEX ${quoteQualified({ schema, name: from })} RENAME TO ${quoteIdentifier(to)}`;

function plainSteps(index: TableIndex, { fresh, kept }: Names, change: Change): Share {
  const { schema } = change.table;
  const { name } = index;
  const marks = marksOf(index, change).map((sql): Step => ["marks", sql]);
  const comment = [commentOnIndex(change.table, index)].flatMap((sql): Step[] =>
    sql === undefined ? [] : [["settle", sql]],
  );
  return {
    up: [
      ["off", renameIndex(schema, name, kept)],
      ["on", renameIndex(schema, fresh, name)],
      ...columnNames(index, change, (column) => freshColumn(change, column)),
      ...marks,
      ...comment,
    ],
    down: [["off", renameIndex(schema, name, fresh)], ["on", renameIndex(schema, kept, name)], ...marks],
  };
}

/** What an index calls its columns stays when those of the table are renamed. */
function columnNames(
  { name, keys, include }: TableIndex,
  { table, conversions }: Change,
  built: (column: string) => string,
): readonly Step[] {
  const own = [...keys.flatMap((key) => ("column" in key ? [key.column] : [])), ...include];
  const changed = conversions.map(({ before }) => before.name).filter((column) => own.includes(column));
  const index = quoteQualified({ schema: table.schema, name });
  return changed.map((column) => [
    "settle",
    `ALTER TABLE ${index} RENAME COLUMN ${quoteIdentifier(built(column))} TO ${quoteIdentifier(column)}`,
  ]);
}

/** Of a table only one index at a time has these. Statistics targets of an index are lost as written, too. */
function marksOf(index: TableIndex, change: Change): readonly string[] {
  const name = quoteIdentifier(index.name);
  return [
    ...(index.clustered ? [`${alter(change)} CLUSTER ON ${name}`] : []),
    ...(index.replicaIdentity ? [`${alter(change)} REPLICA IDENTITY USING INDEX ${name}`] : []),
  ];
}

/**
 * A constraint takes the new index over. That of the old column goes at once: nobody writes there by himself any more,
 * and what follows the new column leads back to it, so that two rows never have the same. It is built again before a
 * way back.
 */
function keySteps(
  index: TableIndex,
  key: Change["table"]["constraints"][number],
  { fresh, kept }: Names,
  change: Change,
): Share {
  const { table } = change;
  const name = quoteIdentifier(key.name);
  const kind = key.type === "primary key" ? "PRIMARY KEY" : "UNIQUE";
  const deferred = `${key.deferrable ? " DEFERRABLE" : ""}${key.initiallyDeferred ? " INITIALLY DEFERRED" : ""}`;
  const using = (own: string): string =>
    `${alter(change)} ADD CONSTRAINT ${name} ${kind} USING INDEX ${quoteIdentifier(own)}${deferred}`;
  const drop: Step = ["off", `${alter(change)} DROP CONSTRAINT ${name}`];
  const comments = [commentOnConstraint(table, key), commentOnIndex(table, index)].flatMap((sql) => sql ?? []);
  const settled = [
    ...marksOf(index, change).map((sql): Step => ["marks", sql]),
    ...comments.map((sql): Step => ["settle", sql]),
  ];
  const before = indexLike(index, table, kept, (column) => keptColumn(change, column)) ?? "";
  return {
    up: [
      drop,
      ["on", using(fresh)],
      ...columnNames(index, change, (column) => freshColumn(change, column)),
      ...settled,
    ],
    proofs: [concurrently(before)],
    down: [
      drop,
      ["on", using(kept)],
      ...columnNames(index, change, (column) => keptColumn(change, column)),
      ...settled,
    ],
  };
}

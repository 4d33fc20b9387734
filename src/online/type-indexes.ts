import type { Table } from "../catalog/model/table.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import { indexesOnColumn } from "../effects/alter-table/column-dependents.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { commentOnIndex } from "./comments.ts";
import { concurrently, createLike } from "./index-definition.ts";
import { indexPartitioned } from "./index-partitioned.ts";
import { contextAfter, harm, type OnlineContext, stateAfter, type Written, written } from "./online-context.ts";
import { alone, along, brief, type Piece, RUN_FIRST } from "./piece.ts";

/** Of what an earlier statement makes PostgreSQL may print another text than the one that is written. */
const UNWRITTEN = "would be built again, and how PostgreSQL will print what it is over is not certain before it stands";

interface Apart {
  readonly before: readonly Piece[];
  readonly behind: readonly Piece[];
}

interface On {
  readonly table: Table;
  readonly index: TableIndex;
}

/** The indexes that a change of types would build again under its lock: dropped before it and built behind it. */
export function indexesApart(
  tables: readonly Table[],
  columns: readonly string[],
  statement: Written,
  context: OnlineContext,
): Apart | { readonly reason: string; readonly instead?: string } {
  const candidates = tables.flatMap((table) => {
    const on = new Set(columns.flatMap((column) => indexesOnColumn(table, column, context.state)));
    // Those of partitions go and come with the index of the partitioned table.
    return [...on].filter(({ parent }) => parent === undefined).map((index): On => ({ table, index }));
  });
  const rebuilt = candidates.filter((one) => {
    const others = candidates.filter((other) => other !== one).map(({ table, index }) => brief(without(table, index)));
    return harm(statement, contextAfter(context, others)).some(({ works }) => works.includes("index-rebuild"));
  });
  const guard = rebuilt.find(({ index }) => index.unique || index.constraint !== undefined);
  if (guard !== undefined) {
    return {
      reason: `the index ${guard.index.name} would be built again, and as it is unique, nothing would guard that while it is away`,
      instead: "build another unique index on the new type in a migration of its own first, with a new column",
    };
  }
  const untold = rebuilt.find(
    ({ index }) =>
      index.definition === "" && (index.predicate !== undefined || index.keys.some((key) => "expression" in key)),
  );
  if (untold !== undefined) return { reason: `the index ${untold.index.name} ${UNWRITTEN}`, instead: RUN_FIRST };
  const before = rebuilt.map(({ table, index }) =>
    dropOf(quoteQualified({ schema: table.schema, name: index.name }), index),
  );
  const behind: Piece[] = [];
  let now = contextAfter(context, [...before, brief(statement.sql)]);
  for (const one of rebuilt) {
    const again = builtAgain(one, now);
    behind.push(...again);
    now = contextAfter(now, again);
  }
  return { before, behind };
}

/** PostgreSQL drops none of a partitioned table CONCURRENTLY: it takes its short lock. */
const dropOf = (name: string, { partitioned }: TableIndex): Piece =>
  partitioned ? brief(`DROP INDEX ${name}`) : alone(`DROP INDEX CONCURRENTLY ${name}`, "expand");

/**
 * What builds an index again. Those of partitions get the names that PostgreSQL gives them when it builds them again by
 * itself.
 *
 * @param context behind the change of types, without the index
 */
function builtAgain({ table, index }: On, context: OnlineContext): readonly Piece[] {
  const sql = createLike(index, table);
  const create = written(sql);
  const marks = marksOf(table, index).map((mark) => along(brief(mark, "cutover")));
  if (!index.partitioned || create.parsed.tag !== "IndexStmt") return [alone(concurrently(sql), "expand"), ...marks];
  const after = stateAfter(context, create);
  const form = indexPartitioned(sql, index.name, table, create.parsed.node, context, after);
  return [...(form.kind === "pieces" ? form.pieces : []), ...marks];
}

const without = (table: Table, { name, constraint }: TableIndex): string =>
  constraint === undefined
    ? `DROP INDEX ${quoteQualified({ schema: table.schema, name })} CASCADE`
    : `ALTER TABLE ${quoteQualified(table)} DROP CONSTRAINT ${quoteIdentifier(constraint)} CASCADE`;

/** What an index has beside its definition, and keeps when PostgreSQL builds it again: statistics targets it does not. */
function marksOf(table: Table, index: TableIndex): readonly string[] {
  const comment = commentOnIndex(table, index);
  return [
    ...(comment === undefined ? [] : [comment]),
    ...(index.clustered ? [`ALTER TABLE ${quoteQualified(table)} CLUSTER ON ${quoteIdentifier(index.name)}`] : []),
  ];
}

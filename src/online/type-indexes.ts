import type { Table } from "../catalog/model/table.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import { indexesOnColumn } from "../effects/alter-table/column-dependents.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { commentOnIndex } from "./comments.ts";
import { concurrently, createLike } from "./index-definition.ts";
import { contextAfter, harm, type OnlineContext, type Written } from "./online-context.ts";
import { alone, along, brief, type Piece } from "./piece.ts";

/** Of what an earlier statement makes PostgreSQL may print another text than the one that is written. */
const UNWRITTEN = "would be built again, and how PostgreSQL will print what it is over is not certain before it stands";
const RUN_FIRST = "run what comes before it first (`lockkeeper up --to ID`)";

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
    return [...on].map((index): On => ({ table, index }));
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
  const part = rebuilt.find(({ index }) => index.partitioned || index.parent !== undefined);
  if (part !== undefined) {
    return {
      reason: `the index ${part.index.name} of the partitioned table would be built again in every partition`,
      instead: "drop the index in a migration before this one, and create it in one behind it",
    };
  }
  const untold = rebuilt.find(
    ({ index }) =>
      index.definition === "" && (index.predicate !== undefined || index.keys.some((key) => "expression" in key)),
  );
  if (untold !== undefined) return { reason: `the index ${untold.index.name} ${UNWRITTEN}`, instead: RUN_FIRST };
  return {
    before: rebuilt.map(({ table, index }) =>
      alone(`DROP INDEX CONCURRENTLY ${quoteQualified({ schema: table.schema, name: index.name })}`, "expand"),
    ),
    behind: rebuilt.flatMap(({ table, index }) => [
      alone(concurrently(createLike(index, table)), "expand"),
      ...marksOf(table, index).map((sql) => along(brief(sql, "cutover"))),
    ]),
  };
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

import type { ForeignKey } from "../catalog/model/constraint.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import { nodeAs } from "../sql/node-as.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { type Subcommand, tooLong } from "./alter-table.ts";
import { freeConstraintName } from "./free-name.ts";
import { contextAfter, harm, type OnlineContext, stateAfter, type Written } from "./online-context.ts";
import { boundConditions } from "./partition-bound.ts";
import { alone, along, brief, type OnlineForm, type Piece } from "./piece.ts";
import { relationName } from "./relation-name.ts";

/**
 * ATTACH PARTITION that reads no row and builds no index under its locks: what it would verify is proved beforehand by
 * a CHECK (of the partition, and of the default partition that loses these rows), and indexes and foreign keys that it
 * would make are there already.
 *
 * Source: PostgreSQL documentation, ALTER TABLE ("ATTACH PARTITION").
 */
export function attachOnline({ command, table }: Subcommand, statement: Written, context: OnlineContext): OnlineForm {
  const attach = nodeAs(command.def, "PartitionCmd");
  const partition = context.state.table(relationName(attach?.name));
  if (attach?.bound === undefined || partition === undefined) return tooLong(statement, context);
  const made = stateAfter(context, statement).table(partition);
  const done: Piece[] = [...indexesFirst(partition, made), ...keysFirst(table, partition, made)];
  const proof = boundConditions(table, attach.bound, statement.sql);
  const behind: Piece[] = [];
  if (proof !== undefined) {
    prove(partition, proof.inside, done, behind);
    const other = context.state.partitionsOf(table).find(({ partitionOf }) => partitionOf?.bound === "DEFAULT");
    if (other !== undefined) prove(other, proof.outside, done, behind);
  }
  if (harm(statement, contextAfter(context, done)).length > 0) return tooLong(statement, contextAfter(context, done));
  return { kind: "pieces", pieces: [...done, brief(statement.sql, "cutover"), ...behind] };
}

function prove(table: Table, condition: string, before: Piece[], behind: Piece[]): void {
  const name = quoteIdentifier(freeConstraintName(table, "lockkeeper_partition_bound"));
  const head = `ALTER TABLE ${quoteQualified(table)}`;
  before.push(
    brief(`${head} ADD CONSTRAINT ${name} CHECK (${condition}) NOT VALID`),
    alone(`${head} VALIDATE CONSTRAINT ${name}`, "migrate"),
  );
  behind.push(brief(`${head} DROP CONSTRAINT ${name}`, "cutover"));
}

/** Indexes that the partition lacks, made as PostgreSQL would make them. */
function indexesFirst(partition: Table, made: Table | undefined): Piece[] {
  const known = new Set(partition.indexes.map(({ name }) => name));
  return (made?.indexes ?? [])
    .filter(({ name }) => !known.has(name))
    .flatMap((index) => indexFirst(index, partition, made));
}

function indexFirst(index: TableIndex, partition: Table, made: Table | undefined): Piece[] {
  const constraint = made?.constraints.find((one) => "index" in one && one.index === index.name);
  // A partition that is itself partitioned gets its frame when it is attached.
  if (partition.partitioning !== undefined) return [];
  const build = alone(
    index.definition.replace(/^CREATE (UNIQUE )?INDEX /, (head) => `${head}CONCURRENTLY `),
    "expand",
  );
  if (constraint === undefined) return [build];
  const kind = constraint.type === "primary key" ? "PRIMARY KEY" : "UNIQUE";
  const name = quoteIdentifier(constraint.name);
  const use = `ALTER TABLE ${quoteQualified(partition)} ADD CONSTRAINT ${name} ${kind} USING INDEX ${quoteIdentifier(index.name)}`;
  return [along(build), brief(use, "cutover")];
}

/** Foreign keys that the partition lacks: proved here, they are taken over when it is attached. */
function keysFirst(parent: QualifiedName, partition: Table, made: Table | undefined): Piece[] {
  const known = new Set(partition.constraints.map(({ name }) => name));
  const keys = (made?.constraints ?? []).filter(
    (one): one is ForeignKey =>
      one.type === "foreign key" && !known.has(one.name) && one.parent?.table === parent.name && one.validated,
  );
  const head = `ALTER TABLE ${quoteQualified(partition)}`;
  return keys.flatMap(({ name, definition }) => [
    brief(`${head} ADD CONSTRAINT ${quoteIdentifier(name)} ${definition} NOT VALID`),
    alone(`${head} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`, "migrate"),
  ]);
}

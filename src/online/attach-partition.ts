import type { Table } from "../catalog/model/table.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import { nodeAs } from "../sql/node-as.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { freeConstraintName } from "./free-name.ts";
import { contextAfter, harm, type OnlineContext } from "./online-context.ts";
import { type BoundConditions, boundWithin, outsideOfAll } from "./partition-bound.ts";
import { missingParts } from "./partition-parts.ts";
import { alone, along, brief, type OnlineForm, type Piece, pieces } from "./piece.ts";
import { relationName } from "./relation-name.ts";
import type { Subcommand } from "./subcommand.ts";
import { tooLong } from "./too-long.ts";

/**
 * ATTACH PARTITION that reads no row and builds no index under its locks: what it would verify is proved beforehand by
 * a CHECK (of the partition, and of the default partition that loses these rows), and indexes and foreign keys that it
 * would make are there already.
 *
 * Source: PostgreSQL documentation, ALTER TABLE ("ATTACH PARTITION").
 */
export function attachOnline({ command, table, statement }: Subcommand, context: OnlineContext): OnlineForm {
  const attach = nodeAs(command.def, "PartitionCmd");
  const partition = context.state.table(relationName(attach?.name));
  if (attach?.bound === undefined || partition === undefined) return tooLong(statement, context);
  const parts = missingParts(table, partition, statement, context);
  if (parts.kind !== "pieces") return parts;
  const behind = contextAfter(context, parts.pieces);
  const { state } = context;
  const siblings = state.partitionsOf(table);
  const bound: BoundConditions | undefined =
    attach.bound.is_default === true
      ? outsideOfAll(table, siblings, state)
      : boundWithin(table, attach.bound, statement.sql, state);
  const remainder = siblings.find(({ partitionOf }) => partitionOf?.bound === "DEFAULT");
  const proofs = [
    ...(isScanned(partition, statement, behind) ? [proofOf(partition, bound?.inside)] : []),
    ...(remainder !== undefined && isScanned(remainder, statement, behind) ? [proofOf(remainder, bound?.outside)] : []),
  ];
  const done = [...parts.pieces, ...proofs.flatMap(({ before }) => before)];
  const rest = contextAfter(context, done);
  if (harm(statement, rest).length > 0) {
    return attach.bound.strategy === "h"
      ? tooLong(
          statement,
          rest,
          "which rows belong into a partition by hash cannot be proved to the server beforehand",
          "attach the table while it is empty, and move the rows into it then",
        )
      : tooLong(statement, rest);
  }
  return pieces(...done, brief(statement.sql, "cutover"), ...proofs.flatMap(({ after }) => after));
}

/** Whether rows of the table, or of what is below it, would be looked at while others wait. */
function isScanned(table: Table, statement: Subcommand["statement"], context: OnlineContext): boolean {
  const tables = new Set([table, ...context.state.descendantsOf(table)].map(keyOf));
  return harm(statement, context).some(({ relation, works }) => works.includes("scan") && tables.has(keyOf(relation)));
}

export interface Proof {
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
}

/** A CHECK that is proved while others work, and goes when it has served. */
export function proofOf(table: Table, condition: string | undefined): Proof {
  if (condition === undefined) return { before: [], after: [] };
  const name = quoteIdentifier(freeConstraintName(table, "lockkeeper_partition_bound"));
  const head = `ALTER TABLE ${quoteQualified(table)}`;
  return {
    before: [
      along(brief(`${head} ADD CONSTRAINT ${name} CHECK (${condition}) NOT VALID`)),
      along(alone(`${head} VALIDATE CONSTRAINT ${name}`, "migrate")),
    ],
    after: [along(brief(`${head} DROP CONSTRAINT ${name}`, "cutover"))],
  };
}

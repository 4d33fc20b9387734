import type { Constraint } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import { namesOf } from "../sql/object-name.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { freeName } from "./free-name.ts";
import { keyOfPartitioned } from "./key-partitioned.ts";
import { buildIndex, useIndex } from "./key-text.ts";
import { newConstraintName } from "./new-constraint-name.ts";
import { contextAfter, type OnlineContext, written } from "./online-context.ts";
import { alone, brief, type OnlineForm, type Piece, pieces, refused } from "./piece.ts";
import { setNotNullOnline } from "./set-not-null.ts";
import type { Subcommand } from "./subcommand.ts";
import { harmInWords, tooLong } from "./too-long.ts";

/**
 * UNIQUE and PRIMARY KEY: the index first, CONCURRENTLY; then it becomes the constraint's, for which its short lock is
 * enough once no column of a primary key can be null.
 */
export function keyOnline(part: Subcommand, constraint: Constraint, context: OnlineContext): OnlineForm {
  const { head, table, statement } = part;
  const isNotNull = constraint.contype === "CONSTR_PRIMARY" ? notNullFirst(part, constraint, context) : pieces();
  if (isNotNull.kind !== "pieces") return isNotNull;
  if (constraint.indexname !== undefined) return pieces(...isNotNull.pieces, brief(statement.sql, "cutover"));
  if (constraint.without_overlaps === true) {
    return refused(
      `${harmInWords(statement, context)}: no server builds the index of a key WITHOUT OVERLAPS CONCURRENTLY`,
    );
  }
  const name = newConstraintName(constraint, table, statement, context);
  if (name === undefined) return tooLong(statement, context);
  if (table.partitioning !== undefined) return keyOfPartitioned(part, constraint, name, isNotNull.pieces, context);
  const index = indexNameFor(name, table, part.original);
  return pieces(
    ...isNotNull.pieces,
    alone(buildIndex(part.text, constraint, index, table), "expand"),
    brief(`${head} ADD ${useIndex(constraint, name, index)}`, "cutover"),
  );
}

/** The constraint's own name, unless a key that goes in the same statement has it until then. */
function indexNameFor(name: string, { schema }: Table, { state }: OnlineContext): string {
  return freeName(name, (taken) => state.relation({ schema, name: taken }) !== undefined);
}

/** Proves the columns of a primary key before the index is built on them. */
function notNullFirst(part: Subcommand, { keys = [], indexname }: Constraint, context: OnlineContext): OnlineForm {
  const { table, head } = part;
  const columns =
    indexname === undefined
      ? keys.flatMap((key) => namesOf(key))
      : (table.indexes.find(({ name }) => name === indexname)?.keys ?? []).flatMap((key) =>
          "column" in key ? [key.column] : [],
        );
  const done: Piece[] = [];
  let now = context;
  for (const column of columns) {
    const known = table.columns.find(({ name }) => name === column);
    if (known === undefined || (known.notNull && known.notNullConstraint?.validated !== false)) continue;
    const text = `ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`;
    const form = setNotNullOnline(
      {
        ...part,
        command: { subtype: "AT_SetNotNull", name: column },
        text,
        statement: written(`${head} ${text}`),
        table: now.state.table(table) ?? table,
      },
      now,
    );
    if (form.kind !== "pieces") return form;
    done.push(...form.pieces);
    now = contextAfter(now, form.pieces);
  }
  return pieces(...done);
}

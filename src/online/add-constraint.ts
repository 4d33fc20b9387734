import type { Constraint } from "libpg-query";
import { nodeAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { type Subcommand, tooLong } from "./alter-table.ts";
import { newConstraintName } from "./new-constraint-name.ts";
import { contextAfter, type OnlineContext, type Written, written } from "./online-context.ts";
import { alone, brief, type OnlineForm, type Piece, pieces, refused } from "./piece.ts";
import { setNotNullOnline } from "./set-not-null.ts";
import { bracketsBehind, insertBehind } from "./splice.ts";

/** The first server that takes NOT VALID foreign keys of partitioned tables. */
const PARTITIONED_NOT_VALID = 18;

/** ADD CONSTRAINT whose proof or index is made under a lock that lets readers and writers through. */
export function addConstraintOnline(part: Subcommand, statement: Written, context: OnlineContext): OnlineForm {
  const constraint = nodeAs(part.command.def, "Constraint");
  switch (constraint?.contype) {
    case "CONSTR_CHECK":
    case "CONSTR_NOTNULL":
      return provedLater(part, constraint, statement, context);
    case "CONSTR_FOREIGN":
      if (part.table.partitioning !== undefined && context.state.major < PARTITIONED_NOT_VALID) {
        return refused(
          "a foreign key of a partitioned table cannot be NOT VALID before PostgreSQL 18",
          "add it to each partition as NOT VALID, validate it there, and then add it to the partitioned table",
        );
      }
      return provedLater(part, constraint, statement, context);
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
      return keyOnline(part, constraint, statement, context);
    default:
      return tooLong(statement, context);
  }
}

function provedLater(part: Subcommand, constraint: Constraint, statement: Written, context: OnlineContext): OnlineForm {
  const { head, text } = part;
  const name = newConstraintName(constraint, part.table, statement, context);
  if (name === undefined) return tooLong(statement, context);
  const added = constraint.conname === undefined ? named(text, name) : text;
  return pieces(
    brief(`${head} ${added} NOT VALID`, "expand"),
    alone(`${head} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`, "migrate"),
  );
}

/** `ADD CHECK (…)` with a name. */
const named = (text: string, name: string): string =>
  insertBehind(text, ["add"], `CONSTRAINT ${quoteIdentifier(name)}`);

/**
 * The index first, CONCURRENTLY; then it becomes the constraint's, for which its short lock is enough once no column
 * of a primary key can be null.
 */
function keyOnline(part: Subcommand, constraint: Constraint, statement: Written, context: OnlineContext): OnlineForm {
  const { head, table, text } = part;
  const isPrimary = constraint.contype === "CONSTR_PRIMARY";
  const kind = isPrimary ? "PRIMARY KEY" : "UNIQUE";
  const isNotNull = isPrimary ? notNullFirst(part, constraint, context) : [];
  if (constraint.indexname !== undefined) {
    return pieces(...isNotNull, brief(statement.sql, "cutover"));
  }
  if (table.partitioning !== undefined || constraint.without_overlaps === true) return tooLong(statement, context);
  const name = newConstraintName(constraint, table, statement, context);
  if (name === undefined) return tooLong(statement, context);
  const keys = (constraint.keys ?? []).flatMap((key) => namesOf(key)).map(quoteIdentifier);
  const including = (constraint.including ?? []).flatMap((key) => namesOf(key)).map(quoteIdentifier);
  const options = bracketsBehind(text, "with");
  const index = [
    `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${quoteQualified(table)} (${keys.join(", ")})`,
    ...(including.length === 0 ? [] : [`INCLUDE (${including.join(", ")})`]),
    ...(constraint.nulls_not_distinct === true ? ["NULLS NOT DISTINCT"] : []),
    ...(options === undefined ? [] : [`WITH ${options}`]),
    ...(constraint.indexspace === undefined ? [] : [`TABLESPACE ${quoteIdentifier(constraint.indexspace)}`]),
  ];
  const timing = [
    ...(constraint.deferrable === true ? ["DEFERRABLE"] : []),
    ...(constraint.initdeferred === true ? ["INITIALLY DEFERRED"] : []),
  ];
  const attach = [
    `${head} ADD CONSTRAINT ${quoteIdentifier(name)} ${kind} USING INDEX ${quoteIdentifier(name)}`,
    ...timing,
  ];
  return pieces(...isNotNull, alone(index.join(" "), "expand"), brief(attach.join(" "), "cutover"));
}

/** Proves the columns of a primary key before the index is built on them. */
function notNullFirst(part: Subcommand, { keys = [], indexname }: Constraint, context: OnlineContext): Piece[] {
  const { table, head, only } = part;
  const columns =
    indexname === undefined
      ? keys.flatMap((key) => namesOf(key))
      : (table.indexes.find(({ name }) => name === indexname)?.keys ?? []).flatMap((key) =>
          "column" in key ? [key.column] : [],
        );
  const done: Piece[] = [];
  let now = context;
  for (const column of columns) {
    if (table.columns.find(({ name }) => name === column)?.notNull !== false) continue;
    const text = `ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL`;
    const command = { subtype: "AT_SetNotNull", name: column } as const;
    const form = setNotNullOnline(
      { command, text, head, table: now.state.table(table) ?? table, only },
      written(`${head} ${text}`),
      now,
    );
    const more = form.kind === "pieces" ? form.pieces : [];
    done.push(...more);
    now = contextAfter(now, more);
  }
  return done;
}

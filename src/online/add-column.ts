import type { ColumnDef, Constraint } from "libpg-query";
import { nodeAs } from "../sql/node-as.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { offsetOfByte } from "../sql/source-map.ts";
import { addConstraintOnline } from "./add-constraint.ts";
import { contextAfter, harm, type OnlineContext, type Written, written } from "./online-context.ts";
import { brief, type OnlineForm, type Piece, type SweepNeed, sweep } from "./piece.ts";
import { replaceWords } from "./splice.ts";
import type { Subcommand } from "./subcommand.ts";
import { harmInWords, tooLong } from "./too-long.ts";

/** A constraint as it stands in a column's definition. */
interface Inline {
  readonly constraint: Constraint;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * ADD COLUMN whose constraints would be proved, or its index built, under the lock: the column first, then each of
 * those by itself. Columns that PostgreSQL fills by writing the table again need rows to move.
 */
export function addColumnOnline(part: Subcommand, context: OnlineContext): OnlineForm {
  const { statement } = part;
  const column = nodeAs(part.command.def, "ColumnDef");
  const name = column?.colname;
  if (column === undefined || name === undefined) return tooLong(statement, context);
  const inline = inlineConstraints(statement.sql, column);
  const isVirtual = inline.some(({ constraint }) => constraint.generated_kind === "v");
  const apart = inline.filter(
    ({ constraint: { contype = "" } }) => TAKEN_APART.has(contype) || (isVirtual && contype === "CONSTR_NOTNULL"),
  );
  const bare = written(without(statement.sql, apart));
  if (harm(bare, context).length > 0) return movesRows(part, column, bare, context);
  const done: Piece[] = [brief(bare.sql)];
  let now = contextAfter(context, done);
  for (const { constraint, text } of apart) {
    const table = now.state.table(part.table) ?? part.table;
    const add = `ADD ${asTableConstraint(text, constraint, name)}`;
    const alike = written(`${part.head} ${add}`);
    const command =
      alike.parsed.tag === "AlterTableStmt" ? nodeAs(alike.parsed.node.cmds?.[0], "AlterTableCmd") : undefined;
    if (command === undefined) return tooLong(statement, context);
    const form =
      harm(alike, now).length === 0
        ? undefined
        : addConstraintOnline({ ...part, command, text: add, statement: alike, table }, now);
    if (form?.kind === "refused" || form?.kind === "sweep") return form;
    const more = form?.kind === "pieces" ? form.pieces : [brief(alike.sql)];
    done.push(...more);
    now = contextAfter(now, more);
  }
  return { kind: "pieces", pieces: done };
}

const TAKEN_APART: ReadonlySet<string> = new Set(["CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_UNIQUE", "CONSTR_PRIMARY"]);
/** DEFERRABLE and the like: the grammar makes them nodes of their own behind the constraint that they belong to. */
const ATTRIBUTE = /^CONSTR_ATTR_/;

function inlineConstraints(sql: string, column: ColumnDef): readonly Inline[] {
  const nodes = (column.constraints ?? []).flatMap((node) => nodeAs(node, "Constraint") ?? []);
  const starts = [
    ...nodes.filter(({ contype }) => !ATTRIBUTE.test(contype ?? "")).map(({ location = 0 }) => location),
    ...(column.collClause?.location === undefined ? [] : [column.collClause.location]),
  ].map((byte) => offsetOfByte(sql, byte));
  return nodes
    .filter(({ contype }) => !ATTRIBUTE.test(contype ?? ""))
    .map((constraint) => {
      const start = offsetOfByte(sql, constraint.location ?? 0);
      const end = Math.min(sql.length, ...starts.filter((other) => other > start));
      return { constraint, start, end, text: sql.slice(start, end).trim() };
    });
}

function without(sql: string, parts: readonly Inline[]): string {
  let text = sql;
  for (const { start, end } of [...parts].sort((one, other) => other.start - one.start)) {
    text = `${text.slice(0, start)}${text.slice(end)}`;
  }
  return text.trimEnd();
}

/** `CONSTRAINT u UNIQUE` of a column as the table writes it: `CONSTRAINT u UNIQUE (c)`. */
function asTableConstraint(text: string, { contype, nulls_not_distinct }: Constraint, column: string): string {
  const name = quoteIdentifier(column);
  switch (contype) {
    case "CONSTR_UNIQUE":
      return nulls_not_distinct === true
        ? replaceWords(text, ["unique", "nulls", "not", "distinct"], (words) => `${words} (${name})`)
        : replaceWords(text, ["unique"], (word) => `${word} (${name})`);
    case "CONSTR_PRIMARY":
      return replaceWords(text, ["primary", "key"], (words) => `${words} (${name})`);
    case "CONSTR_NOTNULL":
      return replaceWords(text, ["not", "null"], (words) => `${words} ${name}`);
    case "CONSTR_FOREIGN":
      return replaceWords(text, ["references"], (word) => `FOREIGN KEY (${name}) ${word}`);
    default:
      return text;
  }
}

function movesRows({ table }: Subcommand, column: ColumnDef, bare: Written, context: OnlineContext): OnlineForm {
  const { colname = "" } = column;
  const isFilled = harm(bare, context).some(({ works }) => works.includes("rewrite"));
  const need: SweepNeed = {
    table: { schema: table.schema, name: table.name },
    columns: [colname],
    work: isFilled ? "fill" : "require",
  };
  return isFilled
    ? sweep(need, `needs a value of ${colname} in every row: ${harmInWords(bare, context)}`)
    : sweep(
        need,
        `requires ${colname} in every row without saying what it holds: ${harmInWords(bare, context)}`,
        `give the column ${colname} a DEFAULT, or leave NOT NULL out until it is filled`,
      );
}

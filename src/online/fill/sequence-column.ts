import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { freeRelationName } from "../../catalog/state/apply/generated-names.ts";
import type { AddedColumn } from "../../effects/alter-table/new-column.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { offsetOfByte } from "../../sql/source-map.ts";
import { tokenize } from "../../sql/tokens.ts";
import { type OnlineContext, stateAfter } from "../online-context.ts";
import { along, brief, joined, type OnlineForm, type Piece, pieces, refused } from "../piece.ts";
import { sequenceOptions } from "../sequence-options.ts";
import { tooLong } from "../too-long.ts";
import { type Inline, textBehind } from "./column-text.ts";
import type { Fill } from "./fill.ts";
import { fillPieces } from "./filled-tables.ts";
import { addBare, addWithDefault, inlineOf, type NewColumn } from "./new-column.ts";
import { behindFill, notNullBehind } from "./not-null-behind.ts";

/** A serial column: its sequence first, which new rows take their numbers from, then the rows that are there. */
export function serialColumn(added: NewColumn): OnlineForm {
  const { part, column, context } = added;
  const { schema, name } = part.table;
  const sequence = { schema, name: freeRelationName(context.state, schema, [name, column.name, "seq"]) };
  return numbered(added, sequence, withType(addBare(added), added), [], (done) => pieces(...done));
}

/**
 * An identity column. A column becomes one only once it is NOT NULL, so until then its numbers come from a sequence of
 * its own; then the identity's sequence goes on where that one stood, under a lock that nobody inserts through.
 */
export function identityColumn(added: NewColumn): OnlineForm {
  const { part, column, context } = added;
  const { table, head } = part;
  const { state } = context;
  const after = stateAfter(context, part.statement)
    .table(table)
    ?.columns.find(({ name }) => name === column.name);
  const identity = inlineOf(added, "CONSTR_IDENTITY");
  if (after?.identity === undefined || identity === undefined) return tooLong(part.statement, context);
  if (state.childrenOf(table).length > 0 && (table.kind !== "partitioned" || state.major < IDENTITY_OF_PARTITIONED)) {
    return refused(
      `gives an identity column to the tables below ${table.schema}.${table.name}, which PostgreSQL ${state.major} does not do`,
      "add a column of type bigint with DEFAULT nextval(…) of a sequence",
    );
  }
  const { schema } = table;
  const sequence = {
    schema,
    name: freeRelationName(state, schema, [`lockkeeper_${table.name}`, column.name, "seq"]),
  };
  const name = quoteIdentifier(column.name);
  return numbered(added, sequence, addBare(added), [sequenceOptions(after.identity.sequence)], (done) =>
    pieces(
      ...done,
      along(
        brief(
          `${head} ALTER COLUMN ${name} DROP DEFAULT, ALTER COLUMN ${name} ADD ${identityText(identity)}`,
          "cutover",
        ),
      ),
      joined(
        along(
          brief(
            `SELECT pg_catalog.setval(${literal(after.identity?.sequence ?? sequence)}, last_value, is_called) FROM ${quoteQualified(sequence)}`,
            "cutover",
          ),
        ),
      ),
      joined(along(brief(`DROP SEQUENCE ${quoteQualified(sequence)}`, "cutover"))),
    ),
  );
}

/** The first server on which the partitions of a table share its identity columns. */
const IDENTITY_OF_PARTITIONED = 17;

/** Without the name of the constraint, which ALTER COLUMN does not take. */
const identityText = ({ text }: Inline): string => `GENERATED ${textBehind(text, "generated")}`;

function numbered(
  added: NewColumn,
  sequence: QualifiedName,
  add: string,
  options: readonly string[],
  behind: (done: readonly Piece[]) => OnlineForm,
): OnlineForm {
  const { part, column, filled, context } = added;
  const name = quoteQualified(sequence);
  const next = `nextval(${literal(sequence)}::regclass)`;
  const type = { ...column.type, text: typeName(column) };
  const fill: Fill = { column: column.name, type, expression: next, end: "every" };
  const { owner } = part.table;
  const isTemporary = column.fills === "identity";
  const done: Piece[] = [
    along(brief(`${createSequence(part.table, context)} ${name} AS ${typeName(column)}${spaced(options)}`)),
    // The sequence of an identity column asks nobody for rights on it.
    ...(isTemporary ? [joined(along(brief(`GRANT USAGE ON SEQUENCE ${name} TO PUBLIC`)))] : []),
    ...(owner === context.state.user
      ? []
      : [joined(along(brief(`ALTER SEQUENCE ${name} OWNER TO ${quoteIdentifier(owner)}`)))]),
    ...addWithDefault(added, add, next).map(joined),
    joined(
      along(brief(`ALTER SEQUENCE ${name} OWNED BY ${quoteQualified(part.table)}.${quoteIdentifier(column.name)}`)),
    ),
    ...fillPieces(filled, fill),
  ];
  const proof = notNullBehind(added, done);
  return proof.kind === "pieces" ? behind([...done, ...behindFill(proof.pieces)]) : proof;
}

const literal = (sequence: QualifiedName): string => quoteLiteral(quoteQualified(sequence));

const spaced = (words: readonly string[]): string => words.map((word) => ` ${word}`).join("");

const INTEGERS: Readonly<Record<string, string>> = { int2: "smallint", int4: "integer", int8: "bigint" };

const typeName = ({ type }: AddedColumn): string => INTEGERS[type.name] ?? type.text;

/** Sequences follow unlogged tables since PostgreSQL 15. */
const createSequence = ({ persistence }: Table, { state }: OnlineContext): string =>
  persistence === "unlogged" && state.major >= 15 ? "CREATE UNLOGGED SEQUENCE" : "CREATE SEQUENCE";

/** With the integer type in the place of `serial`. */
function withType(sql: string, { definition, column }: NewColumn): string {
  const start = offsetOfByte(sql, definition.typeName?.location ?? 0);
  const end = tokenize(sql).find((token) => token.start === start)?.end ?? start;
  return `${sql.slice(0, start)}${typeName(column)}${sql.slice(end)}`;
}

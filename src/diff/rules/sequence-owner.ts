import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { SequenceOwnerValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { ownerMark } from "./owner-mark.ts";
import { goneMark } from "./partitioned-part.ts";
import { placesBelow } from "./places-below.ts";

export const SEQUENCE_OWNER: Rule<SequenceOwnerValue> = {
  create: ({ id, value }, sides) => [
    { ...ownedBy(value), creates: [id] },
    ...(startsAnew(value, sides) ? [{ sql: goOn(value), alters: [id], needs: placesOf(value, sides) }] : []),
  ],
  drop: ({ id, value }) => [
    { sql: `ALTER SEQUENCE ${quoteQualified(value.sequence)} OWNED BY NONE`, drops: [id], marks: [goneMark(id)] },
  ],
  // Where tables have different owners, the sequence cannot change its own while a table owns it.
  alter: ({ value: before }, { id, value }) =>
    sameValue(before.table, value.table) ? { actions: [{ ...ownedBy(value), alters: [id] }] } : undefined,
};

/** The table and its sequence must be one role's by then. */
const ownedBy = ({ sequence, table, column }: SequenceOwnerValue): Action => ({
  sql: `ALTER SEQUENCE ${quoteQualified(sequence)} OWNED BY ${quoteQualified(table)}.${quoteIdentifier(column)}`,
  needs: [
    ownerMark(objectId("sequence", sequence.schema, sequence.name)),
    ownerMark(objectId("table", table.schema, table.name)),
  ],
});

/** A new sequence gives the numbers of a column that has some already. */
function startsAnew({ sequence, table, column }: SequenceOwnerValue, { to, fate }: Sides): boolean {
  const id = objectId("sequence", sequence.schema, sequence.name);
  const columnFate = fate(objectId("column", table.schema, table.name, column));
  const given = to.elements.get(objectId("default", table.schema, table.name, column));
  return (
    fate(id) === "created" && (columnFate === "kept" || columnFate === "altered") && given?.needs.includes(id) === true
  );
}

/** Tables below the column's bring numbers too. */
const placesOf = ({ table }: SequenceOwnerValue, { to }: Sides): ObjectId[] =>
  placesBelow(objectId("table", table.schema, table.name), to).map(({ id }) => id);

function goOn({ sequence, table, column }: SequenceOwnerValue): string {
  const last = `max(${quoteIdentifier(column)})`;
  return `SELECT pg_catalog.setval(${quoteLiteral(quoteQualified(sequence))}, ${last}) FROM ${quoteQualified(table)} HAVING ${last} IS NOT NULL`;
}

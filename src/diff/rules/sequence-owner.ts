import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { SequenceOwnerValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { ownerMark } from "./owner-mark.ts";

export const SEQUENCE_OWNER: Rule<SequenceOwnerValue> = {
  create: ({ id, value }, sides) => [
    { ...ownedBy(value), creates: [id] },
    ...(startsAnew(value, sides) ? [{ sql: goOn(value), alters: [id] }] : []),
  ],
  drop: ({ id, value }) => [{ sql: `ALTER SEQUENCE ${quoteQualified(value.sequence)} OWNED BY NONE`, drops: [id] }],
  alter: (_, { id, value }) => ({ actions: [{ ...ownedBy(value), alters: [id] }] }),
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

function goOn({ sequence, table, column }: SequenceOwnerValue): string {
  const last = `max(${quoteIdentifier(column)})`;
  return `SELECT pg_catalog.setval(${quoteLiteral(quoteQualified(sequence))}, ${last}) FROM ${quoteQualified(table)} HAVING ${last} IS NOT NULL`;
}

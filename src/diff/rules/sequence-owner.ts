import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { SequenceOwnerValue } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { ownerMark } from "./owner-mark.ts";

export const SEQUENCE_OWNER: Rule<SequenceOwnerValue> = {
  create: ({ id, value }) => [{ ...ownedBy(value), creates: [id] }],
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

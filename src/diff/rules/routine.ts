import { type ObjectId, objectId, routineId } from "../../catalog/object-id.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import { rowTable } from "../elements/row-table.ts";
import type { Rule, Side, Sides } from "../rule.ts";
import { goneMark } from "./partitioned-part.ts";
import { goesWithType } from "./unmodelled.ts";

type Value = ElementValues["routine"];

export const ROUTINE: Rule<Value> = {
  create: ({ id, value }, sides) => [
    {
      sql: definition(sides.to, id),
      creates: [id],
      needs: goneColumns(value, sides).map(goneMark),
      ...binding(value),
    },
  ],
  drop: (element, sides) =>
    goesWithType(element, sides) ? [] : [{ sql: `DROP ${nameOf(element.value)}`, drops: [element.id] }],
  alter: ({ id, value: before }, { value: after }, sides) =>
    canReplace(before, after) && goneColumns(after, sides).length === 0
      ? { actions: [{ sql: definition(sides.to, id), alters: [id], ...binding(after) }] }
      : undefined,
  noun(element) {
    const name = nameOf(element.value);
    return { comment: name, owner: name, grant: name, extension: name };
  },
};

/** Columns of the rows that a body of the SQL standard gives, which it has to give as long as they are there. */
function goneColumns(routine: Value, { from, to }: Sides): readonly ObjectId[] {
  const after = rowTable(routine, to.catalog);
  const before = rowTable(routine, from.catalog);
  const types = new Map(after?.columns.map(({ name, type }) => [name, type.text]));
  return (before?.columns ?? [])
    .filter(({ name, type }) => types.get(name) !== type.text)
    .map(({ name }) => objectId("column", before?.schema ?? "", before?.name ?? "", name));
}

const binding = ({ body, library }: Value): Pick<Action, "lateBound"> =>
  body === undefined || library !== undefined ? {} : { lateBound: true };

const definition = ({ catalog }: Side, id: string): string =>
  (catalog.routines.find((routine) => routineId(routine) === id)?.definition ?? "").trimEnd();

const nameOf = (routine: Value): string =>
  `${routine.kind === "procedure" ? "PROCEDURE" : "FUNCTION"} ${quoteQualified(routine)}(${routine.identityArguments})`;

/** CREATE OR REPLACE leaves names, modes and the result as they are, and takes no default away. */
const canReplace = (before: Value, after: Value): boolean =>
  before.kind === after.kind &&
  before.result === after.result &&
  (before.arguments === after.arguments ||
    (before.signature !== undefined &&
      before.signature === after.signature &&
      (before.defaults ?? 0) <= (after.defaults ?? 0)));

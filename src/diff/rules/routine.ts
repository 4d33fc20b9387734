import { routineId } from "../../catalog/object-id.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule, Side } from "../rule.ts";
import { goesWithType } from "./unmodelled.ts";

type Value = ElementValues["routine"];

export const ROUTINE: Rule<Value> = {
  create: ({ id, value }, { to }) => [{ sql: definition(to, id), creates: [id], ...binding(value) }],
  drop: (element, sides) =>
    goesWithType(element, sides) ? [] : [{ sql: `DROP ${nameOf(element.value)}`, drops: [element.id] }],
  alter: ({ id, value: before }, { value: after }, { to }) =>
    canReplace(before, after) ? { actions: [{ sql: definition(to, id), alters: [id], ...binding(after) }] } : undefined,
  noun(element) {
    const name = nameOf(element.value);
    return { comment: name, owner: name, grant: name, extension: name };
  },
};

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

import { makeObjectName } from "../../sql/generated-name.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ColumnValue } from "../element-values.ts";
import type { Side, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { columnsAbove, columnsBelow } from "./column-tree.ts";
import { alterRelation } from "./naming.ts";

const PG18 = 180_000;

type Column = Element<ColumnValue>;

/** NOT NULL as CREATE TABLE and ADD COLUMN take it. */
export function notNullClause({ value, parent }: Column, sides: Sides): string[] {
  const { notNull, notNullConstraint: constraint } = value;
  if (notNull !== true) return [];
  const name =
    constraint === undefined || isUsual(value, parent, sides) ? "" : `CONSTRAINT ${quoteIdentifier(constraint.name)} `;
  return [`${name}NOT NULL${constraint?.noInherit === true ? " NO INHERIT" : ""}`];
}

/** A column that swaps the name of its NOT NULL with another of its table gives it up before anything else. */
export function notNullAside(before: Column, after: Column, sides: Sides): Action[] {
  const constraint = before.value.notNullConstraint;
  if (constraint === undefined || !isAsideFor(before, after, sides)) return [];
  const { on } = after.value;
  const sql = `${alterRelation(on)}RENAME CONSTRAINT ${quoteIdentifier(constraint.name)} TO ${quoteIdentifier(nameAside(after.value, constraint.name, sides))}`;
  return [{ sql, frees: [after.id, ...columnsBelow(after, sides)], needs: saidAbove(after, sides).above }];
}

/** Only a name that is not also said by tables above. */
const isAsideFor = (before: Column, after: Column, sides: Sides): boolean =>
  sides.isSetAside(after.id) &&
  after.value.notNullConstraint !== undefined &&
  before.value.notNullConstraint?.name !== after.value.notNullConstraint.name &&
  saidAbove(after, sides).stillAbove.length === 0;

/** A name that no constraint of the schema has. */
function nameAside({ on, name: column }: ColumnValue, name: string, { from, to }: Sides): string {
  const isTaken = (one: string): boolean => [from, to].some((side) => side.constrained(on.schema, one).length > 0);
  for (let number = 0; ; number += 1) {
    const free = makeObjectName(name, column, `old${number === 0 ? "" : number}`);
    if (!isTaken(free)) return free;
  }
}

/** What comes before a column's other changes. */
export function notNullBefore(before: Column, after: Column, sides: Sides): Action[] {
  const { above, stillAbove } = saidAbove(after, sides);
  const alters = [after.id];
  if (before.value.notNull === true && after.value.notNull !== true) {
    if (goesAlong(before, above, sides)) return [];
    return [{ sql: `${alterColumn(after)}DROP NOT NULL`, alters, needs: above }];
  }
  if (sides.version < PG18 || (goesAlong(before, above, sides) && stillAbove.length === 0)) return [];
  const sql = renamed(standing(before, after, sides), after.value);
  if (above.length > 0 && stillAbove.length > 0) return [];
  return stillAbove.length > 0
    ? sql.map((one) => ({ sql: one, marks: [notNullMark(after.id)] }))
    : sql.map((one) => ({ sql: one, alters: [...alters, ...columnsBelow(after, sides)], needs: above }));
}

/** What comes after them, but for identity, which needs it. */
export function notNullAfter(before: Column, after: Column, sides: Sides): Action[] {
  if (after.value.notNull !== true) return [];
  const { above, stillAbove } = saidAbove(after, sides);
  const sql = setNotNull(after, sides);
  if (before.value.notNull === true) {
    const isTaken = goesAlong(before, above, sides) && stillAbove.length === 0;
    return isTaken ? [{ sql, alters: [after.id], needs: above }] : [];
  }
  if (stillAbove.length > 0) {
    return stillAbove.some((id) => sameConstraint(after.value, sides.to.elements.get(id)?.value as ColumnValue))
      ? []
      : [{ sql, marks: [notNullMark(after.id)] }];
  }
  return [{ sql, alters: [after.id], needs: columnsBelow(after, sides).map(notNullMark) }];
}

/** Whether the NOT NULL of a parent goes and takes along what the column has to keep. */
export function losesNotNull(before: Column, after: Column, sides: Sides): boolean {
  if (before.inherited === undefined || before.value.notNull !== true || after.value.notNull !== true) return false;
  const { above, stillAbove } = saidAbove(after, sides);
  return stillAbove.length === 0 && goesAlong(before, above, sides);
}

/** What a table is altered to have before its parents hand down the same: it keeps its own name then. */
export const notNullMark = (column: string): string => `not null of ${column}`;

/** Those above that say NOT NULL for this column too, before and after. */
function saidAbove(column: Column, sides: Sides): { readonly above: string[]; readonly stillAbove: string[] } {
  const all = columnsAbove(column, sides);
  const says = ({ elements }: Side, id: string): boolean => {
    const value = elements.get(id)?.value as ColumnValue | undefined;
    return value?.notNull === true && value.notNullConstraint?.noInherit !== true;
  };
  return { above: all.filter((id) => says(sides.from, id)), stillAbove: all.filter((id) => says(sides.to, id)) };
}

/** Until PostgreSQL 18 it goes with the parents' in any case. One that is not handed down any more stays where it was. */
const goesAlong = ({ inherited }: Column, above: readonly string[], { to, version }: Sides): boolean =>
  above.length > 0 &&
  (version < PG18 || inherited?.localNotNull !== true) &&
  above.every((id) => (to.elements.get(id)?.value as ColumnValue | undefined)?.notNull !== true);

const alterColumn = ({ value }: Column): string =>
  `${alterRelation(value.on)}ALTER COLUMN ${quoteIdentifier(value.name)} `;

const sameConstraint = (one: ColumnValue, other: ColumnValue): boolean =>
  sameValue(one.notNullConstraint, other.notNullConstraint);

function setNotNull(column: Column, sides: Sides): string {
  const { on, name, notNullConstraint: constraint } = column.value;
  const isPlain =
    constraint === undefined ||
    (isUsual(column.value, column.parent, sides) && constraint.validated && !constraint.noInherit);
  if (isPlain || sides.version < PG18) return `${alterColumn(column)}SET NOT NULL`;
  const said = `${constraint.noInherit ? " NO INHERIT" : ""}${constraint.validated ? "" : " NOT VALID"}`;
  return `${alterRelation(on)}ADD CONSTRAINT ${quoteIdentifier(constraint.name)} NOT NULL ${quoteIdentifier(name)}${said}`;
}

/** Whether the server would choose the name: one that nobody in the schema has, before, after or in between. */
function isUsual({ on, name, notNullConstraint }: ColumnValue, table: string | undefined, sides: Sides): boolean {
  const usual = makeObjectName(on.name, name, "not_null");
  return (
    notNullConstraint?.name === usual &&
    [sides.from, sides.to].every((side) => side.constrained(on.schema, usual).every((one) => one === table))
  );
}

/** As the column is once it has given up its name. */
function standing(before: Column, after: Column, sides: Sides): ColumnValue {
  const { notNullConstraint: constraint } = before.value;
  if (constraint === undefined || !isAsideFor(before, after, sides)) return before.value;
  return {
    ...before.value,
    notNullConstraint: { ...constraint, name: nameAside(after.value, constraint.name, sides) },
  };
}

function renamed(
  { notNullConstraint: before }: ColumnValue,
  { on, name, notNullConstraint: after }: ColumnValue,
): string[] {
  if (before === undefined || after === undefined || sameValue(before, after)) return [];
  const alter = alterRelation(on);
  const rename =
    before.name === after.name
      ? []
      : [`${alter}RENAME CONSTRAINT ${quoteIdentifier(before.name)} TO ${quoteIdentifier(after.name)}`];
  const constraint = quoteIdentifier(after.name);
  if (before.validated && !after.validated) {
    return [
      ...rename,
      `${alter}DROP CONSTRAINT ${constraint}`,
      `${alter}ADD CONSTRAINT ${constraint} NOT NULL ${quoteIdentifier(name)}${after.noInherit ? " NO INHERIT" : ""} NOT VALID`,
    ];
  }
  return [
    ...rename,
    ...(before.noInherit === after.noInherit
      ? []
      : [`${alter}ALTER CONSTRAINT ${constraint} ${after.noInherit ? "NO INHERIT" : "INHERIT"}`]),
    ...(after.validated && !before.validated ? [`${alter}VALIDATE CONSTRAINT ${constraint}`] : []),
  ];
}

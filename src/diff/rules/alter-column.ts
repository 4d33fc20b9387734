import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { makeObjectName } from "../../sql/generated-name.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ConstraintValue } from "../element-values.ts";
import type { Alteration, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { columnSettings } from "./column-settings.ts";
import { conversion } from "./conversion.ts";
import { addIdentity, alterIdentity } from "./identity.ts";
import { alterRelation } from "./naming.ts";

const PG17 = 170_000;
const PG18 = 180_000;

/** Undefined: what computes the column changes in a way that no statement can say. */
export function alterColumn(
  before: Element<ColumnValue>,
  after: Element<ColumnValue>,
  sides: Sides,
): Alteration | undefined {
  const generated = generationChange(before.value, after.value, sides.version);
  if (generated === undefined) return undefined;
  const typed = hasOtherType(before.value, after.value);
  if (typed && generated.length > 0) return undefined;
  // The parent's statement changes the type of all below it.
  const above = typed && isChangedAbove(after, sides);
  const sql = [
    ...generated,
    ...identityBefore(before.value, after.value),
    ...notNullBefore(before.value, after.value, sides.version),
    ...(typed && !above ? [typeChange(before.value, after.value, sides)] : []),
    ...identityAfter(before.value, after.value, typed),
    ...notNullAfter(before.value, after.value, sides.version),
    ...columnSettings(typed ? stored(before.value) : before.value, after.value, sides.version),
  ];
  const along = typed && !above ? changedBelow(after, sides) : [];
  const actions = sql.map((one): Action => ({ sql: one, alters: [after.id, ...along] }));
  return typed ? { actions, disturbs: disturbedBy(before, after, sides) } : { actions };
}

/** A new type brings its own way to store values. */
const stored = ({ storage: _, compression: __, ...rest }: ColumnValue): ColumnValue => rest;

const hasOtherType = (before: ColumnValue, after: ColumnValue): boolean =>
  before.type?.text !== after.type?.text || !sameValue(before.collation, after.collation);

function typeChange(before: ColumnValue, after: ColumnValue, sides: Sides): string {
  const column = quoteIdentifier(after.name);
  const using =
    before.type === undefined ||
    after.type === undefined ||
    after.generated !== undefined ||
    after.on.kind === "foreign table"
      ? undefined
      : conversion(before.type, after.type, sides).using;
  const collate = after.collation === undefined ? "" : ` COLLATE ${quoteQualified(after.collation)}`;
  return `${alterRelation(after.on)}ALTER COLUMN ${column} TYPE ${after.type?.text ?? ""}${collate}${using === undefined ? "" : ` USING ${column}${using}`}`;
}

/** What the server does not carry over by itself, or carries over as something else. */
function disturbedBy(
  { value: before }: Element<ColumnValue>,
  { value: after }: Element<ColumnValue>,
  sides: Sides,
): (dependent: Element) => boolean {
  const comparable =
    before.type !== undefined && after.type !== undefined && conversion(before.type, after.type, sides).comparable;
  return (dependent) => {
    const there = sides.to.elements.get(dependent.id);
    const changes = there === undefined || !sameValue(dependent.value, there.value);
    switch (dependent.kind) {
      case "default":
        return changes;
      case "constraint":
        return changes || isInTheWay(dependent.value as ConstraintValue, after.name, comparable);
      case "column":
        // A generated one; columns of children and views are parts of what changes or goes.
        return (
          (dependent.value as ColumnValue).generated !== undefined &&
          dependent.parent === objectId("table", after.on.schema, after.on.name)
        );
      case "index":
      case "statistics":
      case "sequence owner":
      case "constraint index":
      case "inheritance":
        return false;
      default:
        return true;
    }
  };
}

/** A key is made anew for a column that it only includes, and foreign keys to it would be in the way of that. */
const isInTheWay = ({ type, columns }: ConstraintValue, column: string, comparable: boolean): boolean =>
  type === "foreign key" ? !comparable : type !== "check" && !columns.includes(column);

function isChangedAbove({ parent = "", inherited, value }: Element<ColumnValue>, { from, to }: Sides): boolean {
  return (
    inherited !== undefined &&
    to.parents(parent).some(({ id, value: link }) => {
      const above = objectId("column", link.parent.schema, link.parent.name, value.name);
      return from.elements.has(id) && isTypeChanged(from.elements.get(above), to.elements.get(above));
    })
  );
}

function isTypeChanged(before: Element | undefined, after: Element | undefined): boolean {
  return (
    before !== undefined && after !== undefined && hasOtherType(before.value as ColumnValue, after.value as ColumnValue)
  );
}

export function changedBelow({ parent = "", value: { name } }: Element<ColumnValue>, sides: Sides): ObjectId[] {
  return sides.to.children(parent).flatMap(({ id, value }) => {
    const below = objectId("column", value.child.schema, value.child.name, name);
    const element = sides.to.elements.get(below) as Element<ColumnValue> | undefined;
    if (element === undefined || !sides.from.elements.has(id) || !sides.from.elements.has(below)) return [];
    return [below, ...changedBelow(element, sides)];
  });
}

/** Undefined: the column must be made anew. */
function generationChange(before: ColumnValue, after: ColumnValue, version: number): string[] | undefined {
  if (sameValue(before.generated, after.generated)) return [];
  const column = `${alterRelation(after.on)}ALTER COLUMN ${quoteIdentifier(after.name)} `;
  if (before.generated?.kind === "stored" && after.generated === undefined) return [`${column}DROP EXPRESSION`];
  if (before.generated !== undefined && before.generated.kind === after.generated?.kind && version >= PG17) {
    return [`${column}SET EXPRESSION AS (${after.generated.expression})`];
  }
  return undefined;
}

function identityBefore(before: ColumnValue, after: ColumnValue): string[] {
  return before.identity !== undefined && after.identity === undefined
    ? [`${alterRelation(after.on)}ALTER COLUMN ${quoteIdentifier(after.name)} DROP IDENTITY`]
    : [];
}

/** An identity column must be NOT NULL before. */
function identityAfter(before: ColumnValue, after: ColumnValue, typed: boolean): string[] {
  return before.identity !== undefined && after.identity !== undefined
    ? alterIdentity(after, before.identity, after.identity, typed)
    : [];
}

function notNullBefore(before: ColumnValue, after: ColumnValue, version: number): string[] {
  const column = `${alterRelation(after.on)}ALTER COLUMN ${quoteIdentifier(after.name)} `;
  if (before.notNull === true && after.notNull !== true) return [`${column}DROP NOT NULL`];
  return version >= PG18 ? renamedNotNull(before, after) : [];
}

function renamedNotNull(
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

function notNullAfter(before: ColumnValue, after: ColumnValue, version: number): string[] {
  const column = quoteIdentifier(after.name);
  const sql: string[] = [];
  if (before.notNull !== true && after.notNull === true) sql.push(setNotNull(after, version));
  if (before.identity === undefined && after.identity !== undefined) sql.push(...addIdentity(after, after.identity));
  return sql;

  function setNotNull({ on, name, notNullConstraint: constraint }: ColumnValue, at: number): string {
    const isUsual =
      constraint === undefined ||
      (constraint.name === makeObjectName(on.name, name, "not_null") && constraint.validated && !constraint.noInherit);
    if (isUsual || at < PG18) return `${alterRelation(on)}ALTER COLUMN ${column} SET NOT NULL`;
    const said = `${constraint.noInherit ? " NO INHERIT" : ""}${constraint.validated ? "" : " NOT VALID"}`;
    return `${alterRelation(on)}ADD CONSTRAINT ${quoteIdentifier(constraint.name)} NOT NULL ${column}${said}`;
  }
}

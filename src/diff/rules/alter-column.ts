import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ConstraintValue } from "../element-values.ts";
import type { Alteration, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { columnSettings } from "./column-settings.ts";
import { columnsAbove, columnsBelow } from "./column-tree.ts";
import { conversion } from "./conversion.ts";
import { addIdentity, alterIdentity, numbersLater } from "./identity.ts";
import { losesExpression } from "./leaves-meanwhile.ts";
import { alterRelation } from "./naming.ts";
import { notNullAfter, notNullAside, notNullBefore } from "./not-null.ts";
import { freeName } from "./renewal.ts";
import { predecessor } from "./sequence-successor.ts";
import { typeOfTable } from "./typed-table.ts";

const PG17 = 170_000;

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
  const attributeOf = typeOfTable(after, sides);
  // The parent's statement changes the type of all below it, and the type's those of the tables that are made of it.
  const above = typed && (attributeOf !== undefined || isChangedAbove(after, sides));
  const unexpressed = losesExpression(after.id, sides);
  const along = (typed && !above) || unexpressed ? columnsBelow(after, sides) : [];
  const altering = (sql: readonly string[]): Action[] => sql.map((one) => ({ sql: one, alters: [after.id, ...along] }));
  const statements = [
    ...notNullAside(before, after, sides),
    ...identityAside(before.value, after, sides),
    ...altering([
      ...(unexpressed && columnsAbove(after, sides).some((id) => losesExpression(id, sides)) ? [] : generated),
      ...identityBefore(before.value, after.value),
    ]),
    ...notNullBefore(before, after, sides),
    ...altering([
      ...(typed && !above ? [typeChange(before.value, after.value, sides)] : []),
      ...identityAfter(identityStanding(before.value, after, sides), after.value, typed),
    ]),
    ...notNullAfter(before, after, sides),
    ...altering([
      ...identityAdded(before.value, after, sides),
      ...columnSettings(typed ? stored(before.value) : before.value, after.value, sides.version),
    ]),
    ...(before.value.identity === undefined ? numbersLater(after.value, sides) : []),
  ];
  const actions = attributeOf === undefined ? statements : statements.map((one) => behind(attributeOf, one));
  return typed ? { actions, disturbs: disturbedBy(before, after, sides) } : { actions };
}

const behind = (id: ObjectId, action: Action): Action => ({ ...action, needs: [...(action.needs ?? []), id] });

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
      case "identity sequence":
      case "sequence owner":
      case "constraint index":
      case "inheritance":
        return false;
      default:
        // The server makes statistics objects anew by itself, but without their owner and target.
        return true;
    }
  };
}

/** A key is made anew for a column that it only includes, and foreign keys to it would be in the way of that. */
const isInTheWay = ({ type, columns }: ConstraintValue, column: string, comparable: boolean): boolean =>
  type === "foreign key" ? !comparable : type !== "check" && !columns.includes(column);

const isChangedAbove = (column: Element<ColumnValue>, sides: Sides): boolean =>
  columnsAbove(column, sides).some((above) =>
    isTypeChanged(sides.from.elements.get(above), sides.to.elements.get(above)),
  );

function isTypeChanged(before: Element | undefined, after: Element | undefined): boolean {
  return (
    before !== undefined && after !== undefined && hasOtherType(before.value as ColumnValue, after.value as ColumnValue)
  );
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

/** Sequences that swap names: one of them gives up its own before anything else. */
function identityAside(before: ColumnValue, after: Element<ColumnValue>, sides: Sides): Action[] {
  const [old, now] = [before.identity?.sequence, identityStanding(before, after, sides).identity?.sequence];
  if (old === undefined || now === undefined || old.name === now.name) return [];
  return [{ sql: `ALTER SEQUENCE ${quoteQualified(old)} RENAME TO ${quoteIdentifier(now.name)}`, frees: [after.id] }];
}

/** As the column is once its sequence has given up its name. */
function identityStanding(before: ColumnValue, { id, value }: Element<ColumnValue>, sides: Sides): ColumnValue {
  const { identity } = before;
  if (identity === undefined || value.identity === undefined || !sides.isSetAside(id)) return before;
  const { sequence } = identity;
  if (sequence.name === value.identity.sequence.name) return before;
  return { ...before, identity: { ...identity, sequence: { ...sequence, name: freeName(sequence, sides, "aside") } } };
}

/** An identity column must be NOT NULL before. */
function identityAdded(before: ColumnValue, after: Element<ColumnValue>, sides: Sides): string[] {
  const { identity } = after.value;
  if (before.identity !== undefined || identity === undefined) return [];
  const old = predecessor(after, sides)?.value;
  return addIdentity(after.value, identity, old && { schema: old.schema, name: freeName(old, sides) });
}

function identityAfter(before: ColumnValue, after: ColumnValue, typed: boolean): string[] {
  return before.identity !== undefined && after.identity !== undefined
    ? alterIdentity(after, before.identity, after.identity, typed)
    : [];
}

import type { ColumnIdentity } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Action, Fold } from "../action.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, TableValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { alterColumn } from "./alter-column.ts";
import { columnSettings } from "./column-settings.ts";
import { addIdentity, identityClause, newIdentityType, numbersLater } from "./identity.ts";
import { earlierSources, goingAlong, heirsOf, inheritedFrom, inheritors, partsAbove, takersOf } from "./inherited.ts";
import { alterOnly, alterRelation, foreignOptions } from "./naming.ts";
import { losesNotNull, notNullClause } from "./not-null.ts";
import { numbersAbove } from "./numbers-below.ts";
import { goneMark } from "./partitioned-part.ts";
import { freeName } from "./renewal.ts";
import { retyped } from "./retype.ts";
import { typeOfTable } from "./typed-table.ts";

export const COLUMN: Rule<ColumnValue> = {
  create(element, sides) {
    const { id, value } = element;
    const source = inheritedFrom(sides, id);
    if (source !== undefined) return adapted(element, source, sides);
    if (!isOfTable(value)) return settingsOf(undefined, element);
    if (typeOfTable(element, sides) !== undefined) return settled(element, sides);
    const text = (parts: readonly Fold[]): string => definition(element, parts, sides);
    const add = `${alterRelation(value.on)}ADD COLUMN `;
    if (value.identity !== undefined && !canRecurse(element, sides)) {
      const added = numberedColumn(element, value.identity, sides);
      return [...added, ...settingsOf(undefined, element), ...numbersLater(value, sides)];
    }
    const numbers = numbersAbove(element, sides);
    if (numbers !== undefined) {
      const needs = [...beforeHeirs(element, sides), numbers.column];
      return [...filledColumn(element, numbers.sequence, needs, sides), ...settingsOf(undefined, element)];
    }
    return [
      {
        sql: `${add}${text([])}`,
        compose: (parts) => `${add}${text(parts)}`,
        creates: [id, ...inheritors(sides, element)],
        needs: beforeHeirs(element, sides),
        fold: { into: element.parent ?? "", slot: "column", place: ordinalOf(element, sides), text },
      },
      ...(value.identity === undefined ? [] : newIdentityType(value, value.identity)).map((sql) => ({
        sql,
        needs: [id],
        alters: [id],
      })),
      ...settingsOf(undefined, element),
      ...numbersLater(value, sides),
    ];
  },
  drop(element, sides) {
    const { id, value } = element;
    if (!isOfTable(value) || takersOf(sides, id).length > 0 || typeOfTable(element, sides) !== undefined) return [];
    const after = sides.to.elements.get(id)?.value as ColumnValue | undefined;
    const isComputed = value.generated !== undefined && (after === undefined || after.generated !== undefined);
    const along = goingAlong(sides, element).map((one) => one.id);
    return [
      {
        sql: `${alterRelation(value.on)}DROP COLUMN ${quoteIdentifier(value.name)}`,
        drops: [id, ...along],
        marks: [id, ...along].map(goneMark),
        needs: [...partsAbove(sides, element), ...along.flatMap((one) => takersOf(sides, one).slice(0, -1))].map(
          goneMark,
        ),
        ...(isComputed || value.on.kind === "foreign table"
          ? {}
          : { losesRows: `the values of ${quoteQualified(value.on)}.${quoteIdentifier(value.name)}` }),
      },
    ];
  },
  alter: (before, after, sides) =>
    isOfTable(after.value) ? alterColumn(before, after, sides) : { actions: settingsOf(before, after) },
  differs: (before, after, sides) => isOfTable(after.value) && losesNotNull(before, after, sides),
  carry: retyped,
  noun({ value: { on, name } }) {
    const column = quoteIdentifier(name);
    return {
      comment: `COLUMN ${quoteQualified(on)}.${column}`,
      grant: `TABLE ${quoteQualified(on)}`,
      columns: `(${column})`,
    };
  },
};

/** What comes first for the columns below: the old ones have gone, and the first of several parents has given them. */
const beforeHeirs = (element: Element<ColumnValue>, sides: Sides): ObjectId[] => [
  ...heirsOf(sides, element).map(({ id }) => goneMark(id)),
  ...earlierSources(sides, element),
];

/** Identity is its own table's, and with PostgreSQL 17 its partitions': heirs have the column without it. */
const canRecurse = (element: Element<ColumnValue>, sides: Sides): boolean =>
  heirsOf(sides, element).length === 0 ||
  (sides.version >= PG17 &&
    (sides.to.elements.get(element.parent ?? "")?.value as TableValue | undefined)?.kind === "partitioned");

/** Rows get numbers of a sequence that goes again, those of heirs too: nobody else would give them any. */
function numberedColumn(element: Element<ColumnValue>, identity: ColumnIdentity, sides: Sides): Action[] {
  const { id, value, needs } = element;
  const sequence = { schema: value.on.schema, name: freeName(identity.sequence, sides, "fill") };
  const first = [...needs, goneMark(id), ...beforeHeirs(element, sides)];
  return [
    { sql: `CREATE SEQUENCE ${quoteQualified(sequence)}`, needs: first },
    ...filledColumn(element, sequence, first, sides),
    ...addIdentity(value, identity).map((sql) => ({ sql, alters: [id] })),
    { sql: `DROP SEQUENCE ${quoteQualified(sequence)}`, needs: [id] },
  ];
}

/** A column whose rows get numbers of a sequence once. */
function filledColumn(
  element: Element<ColumnValue>,
  sequence: QualifiedName,
  needs: readonly ObjectId[],
  sides: Sides,
): Action[] {
  const { id, value } = element;
  const { identity: _, ...plain } = value;
  const all = [id, ...inheritors(sides, element)];
  return [
    {
      sql: `${alterRelation(value.on)}ADD COLUMN ${definition({ ...element, value: plain }, [nextOf(sequence)], sides)}`,
      creates: all,
      needs,
    },
    { sql: `${alterRelation(value.on)}ALTER COLUMN ${quoteIdentifier(value.name)} DROP DEFAULT`, alters: all },
  ];
}

const nextOf = (sequence: QualifiedName): Pick<Fold, "text"> => ({
  text: `DEFAULT pg_catalog.nextval(${quoteLiteral(quoteQualified(sequence))})`,
});

const PG17 = 170_000;

const isOfTable = ({ on }: ColumnValue): boolean => on.kind === "table" || on.kind === "foreign table";

const settingsOf = (before: Element<ColumnValue> | undefined, after: Element<ColumnValue>): Action[] =>
  columnSettings(before?.value, after.value).map((sql) =>
    // Nothing has to wait for those of a new one: its default stands in the statement that makes it.
    before === undefined ? { sql, needs: [after.id] } : { sql, alters: [after.id] },
  );

/** A column that comes from a parent's is made what it is meant to be. */
function adapted(element: Element<ColumnValue>, source: ObjectId, sides: Sides): readonly Action[] {
  const above = sides.to.elements.get(source) as Element<ColumnValue> | undefined;
  if (above === undefined) return [];
  const {
    statisticsTarget: _,
    storage: __,
    options: ___,
    identity: ____,
    foreignOptions: _____,
    ...value
  } = above.value;
  const taken = { ...element, value: { ...value, on: element.value.on } };
  const actions = alterColumn(taken, element, sides)?.actions ?? [];
  const defaultId = objectId("default", element.value.on.schema, element.value.on.name, element.value.name);
  const hasForeignDefault =
    sides.to.elements.has(source.replace("column:", "default:")) && !sides.to.elements.has(defaultId);
  return [
    ...actions,
    ...(hasForeignDefault
      ? [
          {
            sql: `${alterOnly(element.value.on)}ALTER COLUMN ${quoteIdentifier(value.name)} DROP DEFAULT`,
            alters: [element.id],
          },
        ]
      : []),
  ];
}

/** A column that is an attribute of its table's type has only its type from there. */
function settled(element: Element<ColumnValue>, sides: Sides): readonly Action[] {
  const { on, name, type, collation } = element.value;
  const attribute = {
    on,
    name,
    ...(type === undefined ? {} : { type }),
    ...(collation === undefined ? {} : { collation }),
  };
  return alterColumn({ ...element, value: attribute }, element, sides)?.actions ?? [];
}

/** As CREATE TABLE and ADD COLUMN take it. */
function definition(element: Element<ColumnValue>, parts: readonly Pick<Fold, "text">[], sides: Sides): string {
  const { value, parent = "" } = element;
  const isTyped = (sides.to.elements.get(parent)?.value as TableValue | undefined)?.ofType !== undefined;
  const { name, type, collation, compression, generated, identity, foreignOptions: options } = value;
  return [
    `${quoteIdentifier(name)} ${isTyped ? "WITH OPTIONS" : (type?.text ?? "")}`,
    ...(options === undefined ? [] : [foreignOptions(options)]),
    ...(compression === undefined ? [] : [`COMPRESSION ${compression}`]),
    ...(collation === undefined || isTyped ? [] : [`COLLATE ${quoteQualified(collation)}`]),
    ...parts.map(({ text }) => String(text)),
    ...(generated === undefined
      ? []
      : [`GENERATED ALWAYS AS (${generated.expression}) ${generated.kind === "stored" ? "STORED" : "VIRTUAL"}`]),
    ...(identity === undefined ? [] : [identityClause(value, identity)]),
    ...notNullClause(element, sides),
  ].join(" ");
}

function ordinalOf({ value: { on, name } }: Element<ColumnValue>, { to }: Sides): number {
  const table = to.catalog.tables.find((one) => one.schema === on.schema && one.name === on.name);
  return table?.columns.find((one) => one.name === name)?.ordinal ?? 0;
}

import { objectId } from "../../catalog/object-id.ts";
import { joinNames, makeObjectName } from "../../sql/generated-name.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ConstraintValue, InheritanceValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { partsAbove } from "./inherited.ts";
import { comesLast, placesBefore } from "./keys-to-partitions.ts";
import { alterRelation, partNoun } from "./naming.ts";
import {
  allBelow,
  allGoing,
  comesFromAbove,
  endsBefore,
  endsBelow,
  goesFromAbove,
  goneMark,
  linkStays,
} from "./partitioned-part.ts";

export const CONSTRAINT: Rule<ConstraintValue> = {
  create(element, sides) {
    if (comesFromAbove(element, sides)) return [];
    if (comesWithTable(element, sides)) return [];
    // The server gives it to each partition that comes.
    if (element.value.parent !== undefined && comesLast(element, sides)) return [];
    const below = allBelow(element, sides);
    // By themselves those of partitions would get the server's own names.
    const first = below.every(hasUsualName) ? [] : below.filter(isKey);
    const { id, value, parent = "" } = element;
    const text = `CONSTRAINT ${quoteIdentifier(value.name)} ${value.definition}`;
    return [
      ...first.map((one) => before(one, sides)),
      {
        sql: `${alterRelation(value.on)}ADD ${text}`,
        creates: [id, ...below.map((one) => one.id)],
        needs: [...endsBelow(element, sides), ...placesBefore(element, sides)],
        // CREATE TABLE takes NOT VALID for nothing.
        ...(first.length === 0 && (value.validated || !value.enforced) && !hasFirstAlike(element, sides)
          ? { fold: { into: parent, slot: "constraint", place: PLACES[value.type], text } }
          : {}),
      },
    ];
  },
  drop(element, sides) {
    if (goesFromAbove(element, sides)) return [];
    const going = allGoing(element, sides);
    return [
      {
        sql: `${alterRelation(element.value.on)}DROP CONSTRAINT ${quoteIdentifier(element.value.name)}`,
        drops: [element.id, ...going],
        marks: [element.id, ...going].map(goneMark),
        needs: [...partsAbove(sides, element).map(goneMark), ...endsBefore(going, sides)],
      },
    ];
  },
  alter: ({ value: old, parent }, { id, value }, sides) => {
    if (!sameValue(core(old), core(value))) return undefined;
    if (wasTakenAlong(old, value, parent, sides)) return undefined;
    const sql = alterConstraint(old, value, isSharedAbove(old, value, parent, sides));
    return sql === undefined ? undefined : { actions: sql.map((one) => ({ sql: one, alters: [id] })) };
  },
  alike: (before, after) =>
    sameValue(before.value, after.value) ||
    (isFromAbove(before) && isFromAbove(after) && sameValue(provenValue(before), provenValue(after))),
  differs: (before, after, sides) =>
    isFromAbove(before) &&
    !before.value.validated &&
    after.value.validated &&
    !sides.to.parents(after.parent ?? "").every((link) => linkStays(sides, link.parent, tableAbove(link))),
  // DISABLE TRIGGER ALL is said of a table with all its triggers, not of one constraint.
  isBeyond: (old, now) =>
    old === undefined || now === undefined
      ? now?.value.triggersDisabled === true
      : old.value.triggersDisabled !== now.value.triggersDisabled,
  noun: ({ value: { on, name } }) => ({ comment: partNoun("CONSTRAINT", name, on) }),
};

/**
 * A check that a table has from its parents alone is as valid as theirs is. Where theirs is not, it depends on when the
 * table was made, and VALIDATE CONSTRAINT of theirs takes it along, unless the table leaves them meanwhile: that is no
 * difference.
 */
const isFromAbove = ({ inherited, value }: Element<ConstraintValue>): boolean =>
  value.type === "check" && inherited?.local === false && value.enforced;

const tableAbove = ({ value: { parent } }: Element<InheritanceValue>): string =>
  objectId("table", parent.schema, parent.name);

const provenValue = ({ value }: Element<ConstraintValue>): ConstraintValue => ({
  ...value,
  validated: true,
  definition: value.definition.replace(/ NOT VALID$/, ""),
});

/** It belonged to one of the partitioned table, whose DROP takes it along, and is the table's own from now on. */
const wasTakenAlong = (
  before: ConstraintValue,
  after: ConstraintValue,
  table: string | undefined,
  sides: Sides,
): boolean =>
  before.parent !== undefined &&
  after.parent === undefined &&
  linkStays(sides, table, objectId("table", before.parent.schema, before.parent.table));

/** It belongs to one of the partitioned table, all the time: only there it can be altered, for both. */
const isSharedAbove = (
  before: ConstraintValue,
  after: ConstraintValue,
  table: string | undefined,
  sides: Sides,
): boolean =>
  before.parent !== undefined &&
  sameValue(before.parent, after.parent) &&
  linkStays(sides, table, objectId("table", before.parent.schema, before.parent.table));

const PLACES = { "primary key": 0, unique: 1, exclusion: 2, check: 3, "foreign key": 4 } as const;

/** An heir that is made as one has what its parents check. */
function comesWithTable({ inherited, value, parent = "" }: Element<ConstraintValue>, sides: Sides): boolean {
  const fate = sides.fate(parent);
  return (
    inherited?.local === false &&
    value.type === "check" &&
    (fate === "created" || fate === "replaced") &&
    sides.to.parents(parent).some((link) => link.value.bound === undefined)
  );
}

/** CREATE TABLE makes one of keys that say the same, whatever their names are. */
const hasFirstAlike = (element: Element<ConstraintValue>, { to }: Sides): boolean =>
  isKey(element) &&
  to.dependents(element.parent ?? "").some((one) => {
    const other = one as Element<ConstraintValue>;
    return (
      one.kind === "constraint" &&
      one.parent === element.parent &&
      isKey(other) &&
      placeOf(other) < placeOf(element) &&
      keyText(other) === keyText(element)
    );
  });

const placeOf = ({ id, value }: Element<ConstraintValue>): string => `${PLACES[value.type]} ${id}`;

const keyText = ({ value }: Element<ConstraintValue>): string => value.definition.replace(/^(PRIMARY KEY|UNIQUE) /, "");

const isKey = ({ value }: Element<ConstraintValue>): boolean => value.type !== "check" && value.type !== "foreign key";

/** Checks and foreign keys of partitions are called as those above. */
function hasUsualName({ value: { type, on, name, columns } }: Element<ConstraintValue>): boolean {
  switch (type) {
    case "primary key":
      return name === makeObjectName(on.name, undefined, "pkey");
    case "unique":
      return name === makeObjectName(on.name, joinNames(columns), "key");
    case "exclusion":
      return name === makeObjectName(on.name, joinNames(columns), "excl");
    default:
      return true;
  }
}

/** A partition's, which the one above then takes up. */
const before = ({ id, value, needs }: Element<ConstraintValue>, sides: Sides): Action => ({
  sql: `${alterRelation(value.on)}ADD CONSTRAINT ${quoteIdentifier(value.name)} ${value.definition}`,
  needs: [...needs.filter((one) => sides.to.elements.get(one)?.kind !== "constraint"), goneMark(id)],
});

/** Without what ALTER CONSTRAINT and VALIDATE CONSTRAINT change, and without what follows from elsewhere. */
function core(value: ConstraintValue): unknown {
  const {
    validated,
    enforced,
    deferrable,
    initiallyDeferred,
    triggersDisabled: _,
    definition: __,
    parent: ___,
    ...rest
  } = value;
  const flags = [
    deferrable ? " DEFERRABLE" : "",
    initiallyDeferred ? " INITIALLY DEFERRED" : "",
    enforced ? (validated ? "" : " NOT VALID") : " NOT ENFORCED",
  ].join("");
  return { ...rest, definition: value.definition.slice(0, value.definition.length - flags.length) };
}

/** Undefined: it must be made anew. */
function alterConstraint(before: ConstraintValue, after: ConstraintValue, isShared: boolean): string[] | undefined {
  const alter = alterRelation(after.on);
  const name = quoteIdentifier(after.name);
  const isDeferredOtherwise =
    before.deferrable !== after.deferrable || before.initiallyDeferred !== after.initiallyDeferred;
  const isEnforcedOtherwise = before.enforced !== after.enforced;
  if (after.type !== "foreign key" && (isDeferredOtherwise || isEnforcedOtherwise)) return undefined;
  // What is enforced from now on is checked at once.
  const validated = isEnforcedOtherwise ? after.enforced : before.validated;
  if (validated && !after.validated) return undefined;
  const deferral = `${after.deferrable ? "DEFERRABLE" : "NOT DEFERRABLE"}${after.initiallyDeferred ? " INITIALLY DEFERRED" : ""}`;
  return [
    ...(isDeferredOtherwise && !isShared ? [`${alter}ALTER CONSTRAINT ${name} ${deferral}`] : []),
    ...(isEnforcedOtherwise && !isShared
      ? [`${alter}ALTER CONSTRAINT ${name} ${after.enforced ? "ENFORCED" : "NOT ENFORCED"}`]
      : []),
    ...(after.validated && !validated ? [`${alter}VALIDATE CONSTRAINT ${name}`] : []),
  ];
}

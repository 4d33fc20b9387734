import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { IndexValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { indexSettings } from "./constraint-index.ts";
import { allBelow, allGoing, comesFromAbove, goesFromAbove, goneMark, isOnly, linkStays } from "./partitioned-part.ts";

export const INDEX: Rule<IndexValue> = {
  create(element, sides) {
    if (comesFromAbove(element, sides)) return [];
    const below = allBelow(element, sides);
    const first = below.length === 0 ? [] : likeItBefore(element, sides);
    return [
      ...below.map((one) => plain(one, sides, first)),
      { sql: createIndex(element), creates: [element.id, ...below.map(({ id }) => id)] },
      ...attaching(undefined, element, sides).map((sql) => ({ sql, alters: [element.id] })),
      // The partitioned one first: the others need it.
      ...[...below, element].reverse().flatMap(settings),
    ];
  },
  drop: (element, sides) =>
    goesFromAbove(element, sides)
      ? []
      : [
          {
            sql: `DROP INDEX ${quoteQualified(nameOf(element.value))}`,
            drops: [element.id, ...allGoing(element, sides)],
            marks: [element.id, ...allGoing(element, sides)].map(goneMark),
          },
        ],
  alter(before, after, sides) {
    if (!isSameIndex(before, after) || changesParent(before, after, sides)) return undefined;
    if (losesPart(before, sides) || wouldBeTaken(after, sides)) return undefined;
    const sql = [...attaching(before.value, after, sides), ...changedSettings(before.value, after)];
    return { actions: sql.map((one) => ({ sql: one, alters: [after.id] })) };
  },
  differs: (before, after, sides) => losesPart(before, sides) || wouldBeTaken(after, sides),
  noun({ value }) {
    const noun = `INDEX ${quoteQualified(nameOf(value))}`;
    return { comment: noun, extension: noun };
  },
};

/** No statement takes a partition's index from the one that has taken it up. */
const changesParent = (before: Element<IndexValue>, after: Element<IndexValue>, sides: Sides): boolean =>
  before.value.parent !== undefined &&
  !sameValue(before.value.parent, after.value.parent) &&
  sides.from
    .parents(before.parent ?? "")
    .every(({ needs }) => needs.every((need) => need === before.parent || linkStays(sides, before.parent, need)));

/** An index that a partitioned one has taken up stays with it: to drop it, or to take another, the partitioned one goes too. */
function losesPart({ id, value }: Element<IndexValue>, sides: Sides): boolean {
  if (!value.partitioned) return false;
  return sides.from.dependents(id).some((part) => {
    if (part.kind !== "index" || !linkStays(sides, part.parent, sides.from.elements.get(id)?.parent)) return false;
    const before = part as Element<IndexValue>;
    const after = sides.to.elements.get(part.id) as Element<IndexValue> | undefined;
    return (
      after === undefined ||
      !sameValue(before.value.parent, after.value.parent) ||
      !isSameIndex(before, after) ||
      losesPart(before, sides)
    );
  });
}

/**
 * A table that becomes a partition, or whose parent gets an index, gives the first index that fits: one of its own must
 * not be there then.
 */
function wouldBeTaken(after: Element<IndexValue>, sides: Sides): boolean {
  const { parent = "", value } = after;
  const links = sides.to.parents(parent);
  if (value.parent !== undefined || links.length === 0) return false;
  const stays = links.every(({ needs }) => needs.every((need) => need === parent || linkStays(sides, parent, need)));
  return sides.to.dependents(parent).some((one) => {
    if (one.kind !== "index" || one.parent !== parent) return false;
    const other = one as Element<IndexValue>;
    const before = sides.from.elements.get(one.id) as Element<IndexValue> | undefined;
    return (
      other.value.parent !== undefined &&
      isSameIndex({ ...other, value: { ...other.value, name: value.name } }, after) &&
      !(
        stays &&
        before !== undefined &&
        sameValue(before.value.parent, other.value.parent) &&
        isSameIndex(before, other)
      )
    );
  });
}

const nameOf = ({ on, name }: IndexValue): { schema: string; name: string } => ({ schema: on.schema, name });

/** The server's text says all but the tablespace; the index of a partitioned table takes up those of its partitions. */
function createIndex({ text = "", value }: Element<IndexValue>): string {
  const head = `CREATE ${value.unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(value.name)} ON `;
  const whole = value.partitioned && value.valid ? text.replace(`${head}ONLY `, () => head) : text;
  if (value.tablespace === undefined) return whole;
  const where = value.predicate === undefined ? "" : ` WHERE ${value.predicate}`;
  return `${whole.slice(0, whole.length - where.length)} TABLESPACE ${quoteIdentifier(value.tablespace)}${where}`;
}

/** What the partition's index needs beside the one it is then taken up by. */
const plain = (element: Element<IndexValue>, sides: Sides, first: readonly ObjectId[]): Action => ({
  sql: createIndex(element),
  needs: [
    ...first,
    ...element.needs.filter((id) => sides.to.elements.get(id)?.kind !== "index"),
    goneMark(element.id),
    // Partitions that leave get none by the way.
    ...sides.from.children(element.parent ?? "").map(({ id }) => goneMark(id)),
  ],
});

/** New ones that say the same: each takes up the first that fits, so those of the next one are made after it. */
const likeItBefore = (element: Element<IndexValue>, { to, fate }: Sides): ObjectId[] =>
  to.dependents(element.parent ?? "").flatMap((one) => {
    if (one.kind !== "index" || one.parent !== element.parent || one.id >= element.id) return [];
    const other = one as Element<IndexValue>;
    const isNew = fate(one.id) === "created" || fate(one.id) === "replaced";
    return isNew && isSameIndex({ ...other, value: { ...other.value, name: element.value.name } }, element)
      ? [one.id]
      : [];
  });

const settings = (element: Element<IndexValue>): Action[] =>
  changedSettings(undefined, element).map((sql) => ({ sql, alters: [element.id] }));

/** CREATE INDEX says its options and its tablespace. */
function changedSettings(before: IndexValue | undefined, { value }: Element<IndexValue>): string[] {
  const { options, tablespace } = before ?? value;
  return indexSettings(
    nameOf(value),
    {
      ...(options === undefined ? {} : { options }),
      ...(tablespace === undefined ? {} : { tablespace }),
      targets: before === undefined ? {} : targetsOf(before),
    },
    { ...value, targets: targetsOf(value) },
  );
}

const targetsOf = ({ keys }: IndexValue): Record<string, number> =>
  Object.fromEntries(
    keys.flatMap(({ statisticsTarget }, place) =>
      statisticsTarget === undefined ? [] : [[String(place + 1), statisticsTarget] as const],
    ),
  );

/** Whether nothing differs but what ALTER INDEX can change, and what follows the types of its columns. */
function isSameIndex(before: Element<IndexValue>, after: Element<IndexValue>): boolean {
  const core = ({ keys, options: _, tablespace: __, parent: ___, valid: ____, ready: _____, ...rest }: IndexValue) => ({
    ...rest,
    keys: keys.map(({ statisticsTarget: ______, opclass: _______, ...key }) => key),
  });
  const isBuilt = before.value.valid && before.value.ready;
  return (
    sameValue(core(before.value), core(after.value)) &&
    (!after.value.partitioned || sameValue(before.value.options, after.value.options)) &&
    (isBuilt || before.value.partitioned || !after.value.valid) &&
    (sameValue(opclasses(before.value), opclasses(after.value)) || before.text === after.text)
  );
}

const opclasses = ({ keys }: IndexValue): unknown => keys.map(({ opclass }) => opclass);

/** Whoever makes the whole index above or attaches the table takes this one up by the way. */
function attaching(before: IndexValue | undefined, after: Element<IndexValue>, sides: Sides): string[] {
  const { parent } = after.value;
  if (parent === undefined || sameValue(before?.parent, parent)) return [];
  const id = objectId("index", parent.schema, parent.name);
  const above = sides.to.elements.get(id);
  return above !== undefined &&
    linkStays(sides, after.parent, above.parent) &&
    (sides.from.elements.has(id) || isOnly(above))
    ? [`ALTER INDEX ${quoteQualified(parent)} ATTACH PARTITION ${quoteQualified(nameOf(after.value))}`]
    : [];
}
